-- See states, and what an audit needs, at one moment.
--
-- ARGV  1 time  2 "states", "undefined", "leases", "stuck", "waiting" or "consumers"  3... operations
-- Returns  states: the row of each operation, empty if there is none
--          undefined: those of the operations that have no definition
--          consumers: those of each operation, one after the other
--          leases: { operation, slot, fence, expires, started, ms since then } of each
--          stuck: 1 if something is pending and nothing moves
--          waiting: producers that a waiting operation lacks, or a delegated one's target

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
    return read_inputs(definition(o.id)).pending
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
