-- Looking.

-- See states, and what an audit needs, at one moment.
--
-- ARGV  1 time  2 "states", "undefined", "leases", "stuck", "waiting" or "consumers"  3... operations
-- Returns  states: the row of each operation, empty if there is none
--          undefined: those of the operations that have no definition
--          consumers: those of each operation, one after the other
--          leases: { operation, slot, fence, expires, started, ms since then } of each
--          stuck: 1 if something is pending and nothing moves
--          waiting: producers that a waiting operation lacks, or a delegated one's target; nil if it
--            has too many inputs to look at in one call (many_inputs.lua)

register('inspect', { 'no-writes' }, function()
  local function leases()
    local list = {}
    local slots = call('ZRANGE', P .. 'L', 0, -1, 'WITHSCORES')
    for at = 1, #slots, 2 do
      local lease = lease_of(slots[at])
      for place, operation in ipairs(lease and lease.operations or {}) do
        list[#list + 1] = { operation, slots[at], lease.fences[place], slots[at + 1], lease.started,
          math.max(0, told - (tonumber(lease.started) or told)) }
      end
    end
    return list
  end

  local function is_moving()
    if call('EXISTS', P .. 'X', P .. 'Z', P .. 'L') > 0 then return true end
    for _, queue in ipairs(call('SMEMBERS', P .. 'Q')) do
      if call('EXISTS', P .. 'q:' .. queue) == 1 then return true end
    end
  end

  local function waiting_on(o)
    if o.T then return { o.T:sub(1, 32) } end
    if o.s ~= WAITING then return {} end
    local d = definition(o.id)
    return not d.many_inputs and read_inputs(d).pending
  end

  local function each_operation(look)
    local list = {}
    for at = 3, #ARGV do list[#list + 1] = look(ARGV[at]) end
    return list
  end

  if ARGV[2] == 'states' then
    return each_operation(function(id) return row_of('o', id) or '' end)
  end
  if ARGV[2] == 'undefined' then
    return each_operation(function(id)
      return not has_row('D', id) and id or nil
    end)
  end
  if ARGV[2] == 'consumers' then
    fetch('D', { unpack(ARGV, 3) })
    return each_operation(function(id) return links.consumers_of(definition(id)) end)
  end
  if ARGV[2] == 'leases' then return leases() end
  if ARGV[2] == 'waiting' then return waiting_on(load(ARGV[3])) end
  return call('EXISTS', P .. 'B') == 1 and not is_moving() and 1 or 0
end)

-- See what is wrong with a page of keys, steps or contents.
--
-- ARGV  1 time  2 what to see  3... names of keys, operations or contents
-- Returns  mistyped: those of the keys that hold another type than they should
--          lacking: those of the contents that are not there
--          unlinked: those of the operations that are not known as what makes their outputs, or
--            needs their inputs
--          untasked: those of the operations whose tasks are not there
--          undefined: those of the operations that have a status, and no definition
--          damaged: those of the operations whose states do not say what their statuses need
--          tally: what counters should be by these operations: counter, number, ...

register('audit', { 'no-writes' }, function()
  local function is_linked(id)
    local d = definition(id)
    return d.is_damaged or links.are_whole(d)
  end

  local function fetch_links()
    local list = {}
    fetch('D', { unpack(ARGV, 3) })
    for at = 3, #ARGV do list[#list + 1] = definition(ARGV[at]) end
    links.fetch(list)
  end

  local function has_task(id)
    local d = definition(id)
    return d.is_damaged or call('EXISTS', P .. 't' .. d.raw:sub(1, 32)) == 1
  end

  local function is_in_order(id)
    local o, d = load(id), definition(id)
    if o.is_damaged then return false end
    if d.is_damaged or not is_finished(o.s) then return true end
    for _, result in ipairs(results_of(o, d)) do
      if not result then return false end
    end
    return true
  end

  local WRONG = {
    mistyped = wrong_type,
    lacking = function(content) return not has_row('c', content) end,
    unlinked = function(id) return not is_linked(id) end,
    untasked = function(id) return not has_task(id) end,
    undefined = function(id) return load(id).s and not has_row('D', id) end,
    damaged = function(id) return not is_in_order(id) end,
  }

  local function tally()
    local numbers, list = {}, {}
    for at = 3, #ARGV do
      local status, _, volatile, _, is_skipped = look_at(ARGV[at], 0)
      local d = definition(ARGV[at])
      if status and d.name then
        local counters = { status, volatile and is_finished(status) and VOLATILE or nil }
        if is_skipped then counters[#counters + 1] = SKIPPED end
        for _, counter in ipairs(counters) do
          numbers[counter .. d.name] = (numbers[counter .. d.name] or 0) + 1
        end
      end
    end
    for counter, number in pairs(numbers) do append(list, counter, tostring(number)) end
    return list
  end

  if ARGV[2] == 'tally' then return tally() end
  if ARGV[2] == 'unlinked' then fetch_links() end
  local list = {}
  for at = 3, #ARGV do
    if WRONG[ARGV[2]](ARGV[at]) then list[#list + 1] = ARGV[at] end
  end
  return list
end)

-- Have a client told when operations are finished, if they are pending.
--
-- ARGV  1 time  2 client  3... operations
-- Returns  the state of each: its row, empty if there is none

register('watch', {}, function()
  local WATCH_SECONDS = 3600
  local ids, states = {}, {}
  for at = 3, #ARGV do ids[at - 2] = ARGV[at] end
  fetch('o', ids)
  for at = 3, #ARGV do
    local id = ARGV[at]
    local o = load(id)
    states[at - 2] = row_of('o', id) or ''
    if is_pending(o.s) then
      o.x = true
      dirty(o)
      call('SADD', P .. 'x' .. id, ARGV[2])
      call('EXPIRE', P .. 'x' .. id, WATCH_SECONDS)
    end
  end
  return states
end)
