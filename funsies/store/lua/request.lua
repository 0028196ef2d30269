-- Asking for operations.

-- Number a request: max(time in ms, last number + 1).
--
-- ARGV  1 time
-- Returns  the number

register('generation', {}, function()
  local last = tonumber(call('GET', P .. 'n')) or 0
  local generation = math.max(wall, last + 1)
  call('SET', P .. 'n', generation)
  return generation
end)

local function satisfies(o, d, generation)
  if not is_finished(o.s) or d.is_damaged then return false end
  for _, result in ipairs(results_of(o, d)) do
    if not result or not is_usable(result, o.v, o.g, generation) then return false end
  end
  return true
end

-- Ask for operations, leaves first.
--
-- One with many inputs is alone in its call, and is left to who asks: the client sees whether some
-- are needed first (needs), asks once more for this one, and has it wait for its inputs, some at a time
-- (enlist).
--
-- ARGV  1 time  2 generation  3 "1" if the inputs of those with many were looked at
--       4... operation, queue, priority, options, lost_limit of each
-- Returns  { operations that are needed first, number started, armed queues, how many are dealt with,
--            of the last of them, if it has many inputs: epoch by which it is to wait, or "?" if they
--            are to be looked at }

register('request', {}, function()
  local generation, are_seen = tonumber(ARGV[2]), ARGV[3] == '1'
  local packed = u64(generation)
  local needs, is_needed, started = {}, {}, 0
  local queues, is_known, large, looked_at = {}, {}, '', 0

  local function need(id)
    add_once(needs, is_needed, id)
  end

  local function wants(o)
    for at = 1, #o.w, 8 do
      if o.w:sub(at, at + 7) == packed then return true end
    end
  end

  -- Set right what a pending operation has lost: its place in a queue, its delay, its lease.
  local function hold(o, d)
    local is_lost = o.s == DELAYED and not ask('ZSCORE', 'Z', o.id)
      or o.s == READY and not is_in_queue(o)
      or o.s == RUNNING and (held_under(lease_of(o.S), o.id) ~= o.f
        or not ask('ZSCORE', 'L', o.S))
    if is_lost then make_ready(o, d, UNLOCKED) end
  end

  -- The newest request decides; the place among equals stays.
  local function join(o, queue, priority, options, lost_limit)
    if not wants(o) then o.w = o.w .. packed end
    dirty(o)
    if generation < o.g then return end
    if o.s == READY then take_from_queue(o) end
    o.g, o.q, o.p, o.O, o.L = generation, queue, priority, options, lost_limit
    if o.s == READY then enqueue(o, o.k) end
  end

  local function begin(o, d, queue, priority, options, lost_limit)
    clear(o, d)
    o.g, o.q, o.p, o.h = math.max(generation, o.g), queue, priority, generation
    o.O, o.L, o.w = options, lost_limit, packed
  end

  local function start(o, d, inputs, ...)
    begin(o, d, ...)
    if d.strict and inputs.error then
      skip(o, d, inputs.error, inputs.error_volatile)
      return
    end
    started = started + 1
    if #inputs.pending > 0 then
      wait_for(o, d, inputs.pending)
    else
      make_ready(o, d, REQUESTED)
    end
  end

  local function enlist(o, d, ...)
    large = '?'
    if not are_seen then return end
    if o.is_enlisting then
      join(o, ...)
    else
      begin(o, d, ...)
      started = started + 1
    end
    enlisting.begin(o, d)
    large = o.e
  end

  local ids = {}
  for at = 4, #ARGV, 5 do ids[#ids + 1] = ARGV[at] end
  fetch('o', ids)
  numbers_wanted = #ids

  -- A definition with some hundred inputs is long, and the call may end with it: so twice as many are
  -- read each time.
  local read, span = 0, 1
  local function read_definitions()
    fetch('D', { unpack(ids, read + 1, math.min(read + span, #ids)) })
    read, span = read + span, 2 * span
  end

  local done = 0
  for number, id in ipairs(ids) do
    if number > read then read_definitions() end
    local at, o, d = 5 * number - 1, load(id), definition(id)
    local queue = ARGV[at + 1]
    local priority, options, lost_limit = ARGV[at + 2], ARGV[at + 3], tonumber(ARGV[at + 4])
    looked_at = looked_at + (d.many_inputs or d.inputs)
    if number > 1 and looked_at > MOST_INPUTS then break end
    done = number
    add_once(queues, is_known, queue)
    if d.is_damaged then
      need(id)
    elseif o.is_enlisting then
      enlist(o, d, queue, priority, options, lost_limit)
    elseif is_pending(o.s) then
      hold(o, d)
      join(o, queue, priority, options, lost_limit)
    elseif not satisfies(o, d, generation) and d.many_inputs then
      enlist(o, d, queue, priority, options, lost_limit)
    elseif not satisfies(o, d, generation) then
      local inputs = read_inputs(d, generation)
      for _, producer in ipairs(inputs.needs) do need(producer) end
      if #inputs.needs == 0 then
        start(o, d, inputs, queue, priority, options, lost_limit)
      end
    end
  end
  return { needs, started, arm(queues), done, large }
end)
