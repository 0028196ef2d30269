-- Steps with many inputs. Each call looks at some of these, so that the server answers others in between
-- (redis/many_inputs.py). Such a step is defined once it is linked; request and step begin the rest, which
-- is ended though the server is full by then.

-- Read the entries of the artefacts that a message names.
local function fetch_entries()
  local artefacts = {}
  for at = 4, #ARGV, 2 do artefacts[#artefacts + 1] = ARGV[at] end
  fetch('I', artefacts)
end

-- Let those who make inputs of an operation know that it needs them. It is not defined yet: one with
-- many inputs is linked some of them at a time, and whoever finds its definition finds it linked.
--
-- ARGV  1 time  2 operation  3... producer of an input, artefact of each
-- Returns  1

register('link', {}, function()
  fetch_entries()
  for at = 3, #ARGV, 2 do links.add_consumer(ARGV[2], ARGV[at], ARGV[at + 1]) end
  return 1
end)

-- See whether those who make inputs of an operation know that it needs them.
--
-- ARGV  1 time  2 operation  3... producer of an input, artefact of each
-- Returns  1 if all do

register('are_linked', { 'no-writes' }, function()
  fetch_entries()
  for at = 3, #ARGV, 2 do
    if not links.is_consumer(ARGV[2], ARGV[at], ARGV[at + 1]) then return 0 end
  end
  return 1
end)

-- Inputs that a message names, as they are now: producer and index of each, from this argument on.
local function read_named_inputs(first, generation)
  local ids = {}
  for at = first, #ARGV, 2 do ids[#ids + 1] = ARGV[at] end
  fetch('o', ids)
  return look_at_inputs(1, #ids, function(number)
    local at = first + 2 * (number - 1)
    return KIND.producer, ARGV[at], tonumber(ARGV[at + 1])
  end, generation)
end

-- See which producers of inputs have to be asked for first.
--
-- ARGV  1 time  2 generation  3... producer of an input, index of its output
-- Returns  those of the producers

register('needs', { 'no-writes' }, function()
  return read_named_inputs(3, tonumber(ARGV[2])).needs
end)

-- Have an operation wait for some of its inputs; request or await has begun that.
--
-- ARGV  1 time  2 operation  3 epoch
--       4 empty, or if these are the last: "1" if it was requested, "0" if it was claimed before
--       5... producer of an input, index of its output
-- Returns  { what has become of it, armed queues }: "waits"; "failed" as an input has; or "gone", as it
--          waits no more or by another epoch: what is registered by this one wakes nobody

register('enlist', { 'allow-oom' }, function()
  local o = load(ARGV[2])
  if not o.is_enlisting or o.e ~= ARGV[3] then
    -- This may be a message that is repeated as its answer was lost.
    return { 'gone', is_pending(o.s) and arm({ o.q }) or {} }
  end
  local inputs = read_named_inputs(5)
  if inputs.error and definition(o.id).strict then
    skip(o, definition(o.id), inputs.error, inputs.error_volatile)
    work_cascades(CASCADE_BUDGET)
    return { 'failed', arm_fed(has_cascades) }
  end
  register_with(o, inputs.pending)
  o.m = o.m + #inputs.pending
  dirty(o)
  if ARGV[4] == '' then
    enlisting.go_on(o)
    return { 'waits', {} }
  end
  o.m = o.m - 1
  enlisting.finish(o)
  if o.m == 0 then make_ready(o, definition(o.id), tonumber(ARGV[4])) end
  return { 'waits', arm_fed(has_cascades) }
end)

-- See what inputs are by now.
--
-- ARGV  1 time  2... producer of an input, index of its output
-- Returns  { results (58 bytes each, first "1" if there is one), those of the producers that are pending,
--            "1" if one is idle, "1" if a result is an error, "1" if one is volatile }

register('inputs', { 'no-writes' }, function()
  local inputs = read_named_inputs(2)
  return { pack_inputs(inputs.results), inputs.pending, #inputs.idle > 0 and '1' or '',
    inputs.error and '1' or '', inputs.tainted and '1' or '' }
end)

-- Let an operation run that was claimed without its inputs: all of them have been looked at.
--
-- ARGV  1 time  2 operation  3 fence  4 index of its trace, empty if it leaves none
--       5 "1" if an input is volatile
-- Returns  { "ok" or "fenced", trace or nil }

register('admit', { 'allow-oom' }, function()
  local _, operation, fence, index, is_tainted = unpack(ARGV)
  local o = load(operation)
  if o.s ~= RUNNING or o.f ~= fence then return { 'fenced', false } end
  o.t, o.u = filled(index), is_tainted == '1'
  dirty(o)
  return { 'ok', trace_of(o) or false }
end)

-- Take a running operation back, to wait for its inputs; the attempt is given back.
--
-- ARGV  1 time  2 slot  3 operation  4 fence  5 "i" if an input was lost, or ""
--       6 "1" if this is the answer to its claim, and not of one that ran
-- Returns  { verdict, epoch by which it is to wait (enlist), or "" }

register('await', { 'allow-oom' }, function()
  local _, slot, operation, fence, lost_input, is_passed_over = unpack(ARGV)
  local o = load(operation)
  local refused = refusal(o, slot, fence)
  -- A message that is repeated as its answer was lost has done this already.
  if refused then return { refused, refused == 'ok' and o.is_enlisting and o.e or '' } end
  charge(o, filled(lost_input))
  enlisting.begin(o, definition(o.id))
  -- Then the claim, if it is repeated, is answered so again.
  if is_passed_over == '1' then call('HSET', P .. 's:' .. slot, 'm', PASSED_OVER) end
  return { ended(slot, fence), o.e }
end)

-- See how many of some inputs will wake an operation that waits.
--
-- ARGV  1 time  2 operation  3... producer of an input, index of its output
-- Returns  { number of distinct producers that are pending, number of those with which it is registered }

register('registered', { 'no-writes' }, function()
  local o, pending, registered = load(ARGV[2]), read_named_inputs(3).pending, 0
  if o.s ~= WAITING then return { 0, 0 } end -- by now: wait_anew sees that, too
  for _, producer in ipairs(pending) do
    if is_registered(o, producer) then registered = registered + 1 end
  end
  return { #pending, registered }
end)

-- Have an operation that waits do so anew, unless what is pending will wake it.
--
-- ARGV  1 time  2 operation  3 number of pending producers  4 number of those with which it is registered
-- Returns  epoch by which it is to wait (enlist), or ""

register('wait_anew', { 'allow-oom' }, function()
  local o, pending, registered = load(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  if o.s ~= WAITING or pending > 0 and registered >= o.m then return '' end
  enlisting.begin(o, definition(o.id))
  return o.e
end)
