-- What sweepers do.

-- Do what is due: expired leases, delays, cascades, operations that are still to be had wait.
--
-- ARGV  1 time  2 sweeper  3 lease_ms  4 limit  5 time that the sweeper vouches for: how far it
--       has gone at least, even if the clock was set  6... fences
-- Returns  { requeued, exhausted { operation, fence, attempts, worker }, promoted, armed, more }

register('sweep', { 'allow-oom' }, function()
  local sweeper, lease_ms, budget = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
  local vouched = tonumber(ARGV[5])
  local requeued, exhausted, free = {}, {}, {}

  local function expired(limit)
    return ask('ZRANGEBYSCORE', 'L', '-inf', now, 'LIMIT', 0, limit)
  end

  -- Go on from the last sweep: as far as the clock says and the sweeper vouches for, and in no
  -- case back. A clock that was set back goes on from there.
  local function see_to_clock()
    if swept then now = math.max(swept, math.min(told, vouched)) end
    if unset < now then call('SET', P .. 'K', added + now - unset) end
    call('SET', P .. 'S', now)
  end

  -- If nobody looked for long, the server was away and not the workers: each lease gets a respite.
  local function shift_leases()
    if swept and now - swept <= math.floor(lease_ms / 2) then return end
    for _, slot in ipairs(expired(-1)) do
      local lease = lease_of(slot)
      if lease and not lease.is_prolonged then
        ask('ZADD', 'L', now + lease_ms, slot)
        call('HSET', P .. 's:' .. slot, 'p', '1')
      end
    end
  end

  local function report(id, fence, worker)
    exhausted[#exhausted + 1] = { id, fence, load(id).a, worker }
  end

  -- What a repeated sweep was given before; the slots that are free for more.
  local function own_leases()
    for at = 6, #ARGV do
      local slot = sweeper .. ':' .. (at - 6)
      local lease = lease_of(slot)
      if not lease then
        free[#free + 1] = { slot, ARGV[at] }
      elseif lease.fences[1] == ARGV[at] then
        report(lease.operations[1], lease.fences[1], lease.worker)
      end
    end
  end

  local function reap(slot)
    local lease = lease_of(slot)
    if not lease then return ask('ZREM', 'L', slot) end
    local list = running_under(lease)
    if #list == 0 then return drop_lease(slot) end
    local o, d = list[1].o, list[1].d
    if #list > 1 then
      put_back_all(list)
      for _, each in ipairs(list) do requeued[#requeued + 1] = each.o.id end
    elseif may_be_lost(o) or d.is_damaged then
      count_lost(d, lease)
      charge(o, 'l')
      make_ready(o, d, UNLOCKED)
      requeued[#requeued + 1] = o.id
    elseif #free > 0 then
      local place = table.remove(free, 1)
      count_lost(d, lease)
      hand_over(o, d, lease, place[1], place[2], now + lease_ms)
      report(o.id, place[2], lease.worker or slot)
    end
  end

  -- Whoever has begun to have these wait for their inputs is gone.
  local function take_up(limit)
    if limit <= 0 then return 0 end
    local left = ask('ZRANGEBYSCORE', 'A', '-inf', now, 'LIMIT', 0, limit)
    for _, id in ipairs(left) do
      local o = load(id)
      if o.is_enlisting then
        make_ready(o, definition(id), UNLOCKED)
      else
        ask('ZREM', 'A', id)
      end
    end
    return #left
  end

  -- Names of queues are forgotten while they are empty: a program that runs steps itself has one
  -- of its own, and all that were ever used would be looked at for ever.
  local function armed_queues()
    local queues = ask('SMEMBERS', 'Q')
    local armed = arm(queues)
    for _, queue in ipairs(queues) do
      if call('EXISTS', P .. 'q:' .. queue) == 0 then ask('SREM', 'Q', queue) end
    end
    return armed
  end

  see_to_clock()
  shift_leases()
  own_leases()
  for _, slot in ipairs(expired(budget)) do
    reap(slot)
    budget = budget - 1
  end
  local promoted = promote(budget)
  promoted = promoted + take_up(budget - promoted)
  work_cascades(budget - promoted)
  return { requeued, exhausted, promoted, armed_queues(), is_due() and 1 or 0 }
end)

-- Read the clock of leases and delays, and set right by how much the server's clock was set.
--
-- ARGV  1 time  2 what to add from now on to the server's clock; empty to add what is added now
--       3 what was added when that was decided: compare and set, so that one of many sets it
-- Returns  { time, what is added, time of the last sweep }, in milliseconds

register('clock', { 'allow-oom' }, function()
  -- What has begun since the clock was set forward has done so now at the latest.
  local function begin_no_later_than_now()
    for _, slot in ipairs(ask('ZRANGE', 'L', 0, -1)) do
      local lease = lease_of(slot)
      if lease and (tonumber(lease.started) or 0) > told then
        call('HSET', P .. 's:' .. slot, 'b', told)
      end
    end
  end

  local wanted = tonumber(ARGV[2])
  if wanted and added == tonumber(ARGV[3]) then
    call('SET', P .. 'K', wanted)
    unset, added = wall + wanted, wanted
    told = math.max(unset, swept or unset)
    begin_no_later_than_now()
  end
  return { unset, added, swept or unset }
end)
