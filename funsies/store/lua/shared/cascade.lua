-- The end of an operation, what it sets free, and other work that is due.

local function tell_watchers(id)
  local key = P .. 'x' .. id
  for _, client in ipairs(call('SMEMBERS', key)) do
    call('PUBLISH', P .. 'news:' .. client, id)
  end
  call('DEL', key)
end

-- Note what waits for an operation, to be woken by `work_cascades`.
local function note_waiters(id)
  local list, number = P .. 'w' .. id, u64(next_number())
  call('RENAME', list, P .. 'W' .. number)
  ask('LPUSH', 'X', number .. id)
end

local wake

local function wake_all(producer, status, volatile, entries)
  local ids = {}
  for at, entry in ipairs(entries) do ids[at] = entry:sub(1, 32) end
  fetch('o', ids)
  for _, entry in ipairs(entries) do wake(producer, status, volatile, entry) end
end

-- Publish the end of an operation. Who waits for it is noted, to be woken by `work_cascades`;
-- or woken now, if `is_direct` and they are few: that saves half a dozen commands. Return how
-- many were woken.
local function finish(o, d, results, volatile, is_direct)
  local MOST_DIRECT = 8
  local status = DONE
  for _, result in ipairs(results) do
    if not is_ok(result) then status = FAILED end
  end
  if volatile then count(d.name, VOLATILE, 1) end
  move(o, d, status)
  o.v = volatile and (is_withdrawn(volatile) and volatile or '1')
  o.results = table.concat(results)
  if o.x then tell_watchers(o.id) end
  o.u, o.x, o.is_single = false, false, false
  local list = P .. 'w' .. o.id
  local entries = is_direct and call('LPOP', list, MOST_DIRECT + 1) or {}
  if #entries <= MOST_DIRECT and (is_direct or call('EXISTS', list) == 0) then
    wake_all(o.id, status, o.v, entries)
    return #entries
  end
  for at = #entries, 1, -1 do call('LPUSH', list, entries[at]) end
  note_waiters(o.id)
  return 0
end

local function end_with(o, d, result, volatile)
  local results = {}
  for index = 1, d.outputs do results[index] = result end
  finish(o, d, results, volatile)
end

local function skip(o, d, result, volatile)
  count(d.name, SKIPPED, 1)
  end_with(o, d, result, volatile)
  o.is_skipped = true
end

local end_delegation
do
  -- Whether an operation ends as another one did for which it waits. It goes on if that one was withdrawn
  -- by a request while others want this one: it asks for it again in their name.
  local function ends_likewise(o, volatile)
    return not is_withdrawn(volatile) or without(o.w, volatile) == ''
  end

  function end_delegation(o)
    local target, index = o.T:sub(1, 32), struct.unpack('>I4', o.T, 33)
    local status, _, volatile, result = look_at(target, index)
    local d = definition(o.id)
    if result and has_bytes(result) and ends_likewise(o, volatile) then
      finish(o, d, { result }, volatile or o.u)
    elseif is_pending(status) then
      delegate_to(o, d, o.T)
    else
      make_ready(o, d, UNLOCKED)
    end
  end

  -- Inputs in each piece of a definition that has many (redis/pieces.py).
  local INPUTS_OF_PIECE = 800

  -- The failed result of this producer among some inputs, which stand after so many bytes of a text.
  local function error_among(text, before, inputs, producer)
    local at = text:find(producer, before + 1, true)
    while at and at <= before + INPUT * inputs do
      if (at - before - 2) % INPUT == 0 and text:byte(at - 1) == KIND.producer then
        local _, _, _, result = look_at(producer, (struct.unpack('>I4', text, at + 32)))
        if result and not is_ok(result) then return result end
      end
      at = text:find(producer, at + 1, true)
    end
  end

  -- The failed result that a strict consumer has from this producer. If it has many inputs, these are
  -- at the beginning of its pieces, of which the first begins with the header.
  local function error_from(d, producer)
    if not d.many_inputs then return error_among(d.raw, HEADER, d.inputs, producer) end
    local before, left = HEADER, d.many_inputs
    for at = d.names + 1, d.artefacts, 32 do
      local piece = left > 0 and row_of('c', d.raw:sub(at, at + 31))
      if not piece then return end
      local result = error_among(piece, before, math.min(left, INPUTS_OF_PIECE), producer)
      if result then return result end
      before, left = 0, left - INPUTS_OF_PIECE
    end
  end

  function wake(producer, status, volatile, entry)
    local o = load(entry:sub(1, 32))
    if o.e ~= entry:sub(33) then return end
    if o.s == DELEGATED then return end_delegation(o) end
    if o.s ~= WAITING then return end
    if status == FAILED then
      local d = definition(o.id)
      local result = (d.strict or is_withdrawn(volatile)) and error_from(d, producer)
      if result and ends_likewise(o, volatile) then return skip(o, d, result, volatile) end
    end
    if o.m <= 1 then return make_ready(o, definition(o.id), UNLOCKED) end
    o.m = o.m - 1
    dirty(o)
  end
end

-- Forget the state of an operation, whatever it is: it is idle then. Who waits for it is woken, and
-- asks for it.
local function forget_state(o)
  if o.s then
    if LEAVE[o.s] then LEAVE[o.s](o) end
    uncount(o, name_in(row_of('D', o.id)))
  end
  o.s, operations[o.id], unwritten[o] = NONE, nil, nil
  put('o', o.id, false)
  tell_watchers(o.id)
  if call('EXISTS', P .. 'w' .. o.id) == 1 then note_waiters(o.id) end
end

-- Set an operation aside that nobody can run: it is idle and undefined then, so that who has it
-- defines it again.
local function set_aside(o)
  forget_state(o)
  keep_aside('D', o.id, row_of('D', o.id) or '')
  put('D', o.id, false)
end

-- Wake waiters of finished operations, newest cascade first; return what is left of the budget.
local function work_cascades(budget)
  local CASCADE_CHUNK = 50
  while budget > 0 do
    local head = ask('LINDEX', 'X', 0)
    if not head then break end
    local producer, list = head:sub(9), P .. 'W' .. head:sub(1, 8)
    local chunk = call('LPOP', list, math.min(budget, CASCADE_CHUNK)) or {}
    if call('EXISTS', list) == 0 then ask('LPOP', 'X') end
    local status, _, volatile = look_at(producer, 0)
    wake_all(producer, status, volatile, chunk)
    budget = budget - #chunk
  end
  has_cascades = budget <= 0 and call('EXISTS', P .. 'X') == 1
  return budget
end

local function promote(limit)
  if limit <= 0 then return 0 end
  local due = ask('ZRANGEBYSCORE', 'Z', '-inf', now, 'LIMIT', 0, limit)
  fetch('o', due)
  for _, id in ipairs(due) do
    local o = load(id)
    if o.s == DELAYED then
      make_ready(o, definition(id), UNLOCKED)
    else
      ask('ZREM', 'Z', id)
    end
  end
  return #due
end

-- Whether there is work that is bound to no queue: cascades, delays, expired leases.
local function is_due()
  return call('EXISTS', P .. 'X') == 1
    or ask('ZCOUNT', 'Z', '-inf', now) > 0
    or ask('ZCOUNT', 'L', '-inf', now) > 0
end

-- Those of the queues on which there is work, and no drain job waits in RQ's list. `due` says
-- whether there is work that is bound to no queue; nil to have a look.
local function arm(queues, due)
  local armed = {}
  flush_queues()
  for _, queue in ipairs(queues) do
    local has_work = call('EXISTS', P .. 'q:' .. queue) == 1
    if not has_work and due == nil then due = is_due() end
    if (has_work or due) and call('EXISTS', P .. 'rq:queue:' .. queue) == 0 then
      armed[#armed + 1] = queue
    end
  end
  return armed
end

-- Those of the queues that got work by this call.
local function arm_fed(due)
  local queues = {}
  for queue in pairs(fed_queues) do queues[#queues + 1] = queue end
  return arm(queues, due)
end

-- What of a lease still runs under it: { o, d, fence } of each.
local function running_under(lease)
  local list = {}
  for place, id in ipairs(lease.operations) do
    local o = load(id)
    if o.s == RUNNING and o.f == lease.fences[place] and o.S == lease.slot then
      list[#list + 1] = { o = o, d = definition(id), fence = o.f }
    end
  end
  return list
end

-- Put back what was lost with others. One of them was running, and nobody can say which: so none
-- is charged, and each is claimed by itself from then on.
local function put_back_all(list)
  for at = #list, 1, -1 do
    local o, d = list[at].o, list[at].d
    charge(o, nil)
    o.is_single = true
    make_ready(o, d, UNLOCKED)
  end
end

-- Nil if the fence may act on the operation; else how to answer a slot.
local function refusal(o, slot, fence)
  if o.s == RUNNING and o.f == fence then return nil end
  local last = call('HMGET', P .. 's:' .. slot, 'F', 'R')
  return last[1] == fence and last[2] or 'fenced'
end

-- Remember the end of a lease, for a repeated message.
local function ended(slot, fence)
  call('HSET', P .. 's:' .. slot, 'F', fence, 'R', 'ok')
  let_expire(slot)
  return 'ok'
end
