-- Setting numbers right.

-- Set right what blocked operations wait for: their counts, and their entries with producers.
--
-- ARGV  1 time  2... operations
-- Returns  { the number of operations for which something was wrong, those with many inputs, which
--            nothing was done about (many_inputs.lua), ... }

register('recount', { 'allow-oom' }, function()
  local repaired, many = 0, {}

  -- Whether enough producers will wake it. More may be pending than are counted: those that
  -- were reset since. They are seen when it is claimed.
  local function will_be_woken(o, list)
    local registered = 0
    for _, producer in ipairs(list) do
      if is_registered(o, producer) then registered = registered + 1 end
    end
    return registered >= o.m
  end

  local function recount_waiting(o)
    local d = definition(o.id)
    if d.many_inputs then return append(many, o.id) end
    local pending = read_inputs(d).pending
    if #pending == 0 then
      make_ready(o, d, UNLOCKED)
    elseif not will_be_woken(o, pending) then
      wait_for(o, d, pending)
    else
      return
    end
    repaired = repaired + 1
  end

  local function recount_delegated(o)
    local target = o.T:sub(1, 32)
    if is_pending((look_at(target, 0))) and is_registered(o, target) then
      return
    end
    end_delegation(o)
    repaired = repaired + 1
  end

  for at = 2, #ARGV do
    local o = load(ARGV[at])
    if o.s ~= WAITING and o.s ~= DELEGATED then blocked[o.id] = false end
    if o.s == WAITING then recount_waiting(o) end
    if o.s == DELEGATED then recount_delegated(o) end
  end
  work_cascades(CASCADE_BUDGET)
  return { repaired, unpack(many) }
end)

-- Set counters right, if nothing has moved since they were compared with the states.
--
-- ARGV  1 time  2 the last number (N) as it was  3... counter, what it was, what it should be
-- Returns  1 if they were set

register('correct', { 'allow-oom' }, function()
  if (call('GET', P .. 'N') or '') ~= ARGV[2] then return 0 end
  for at = 3, #ARGV, 3 do
    if (call('HGET', P .. 'C', ARGV[at]) or '0') ~= ARGV[at + 1] then return 0 end
  end
  for at = 3, #ARGV, 3 do call('HSET', P .. 'C', ARGV[at], ARGV[at + 2]) end
  return 1
end)
