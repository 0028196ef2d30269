-- Have an operation with many inputs wait for some of them; request.lua has begun that.
--
-- ARGV  1 time  2 operation  3 epoch  4 "1" if these are the last
--       5... producer of an input, index of its output
-- Returns  { what has become of it, armed queues }: "waits"; "failed" as an input has; or "gone", as it
--          waits no more or by another epoch: what is registered by this one wakes nobody

register('enlist', {}, function()
  local o = load(ARGV[2])
  if not o.is_enlisting or o.e ~= ARGV[3] then return { 'gone', {} } end
  local inputs = read_named_inputs(5)
  if inputs.error and definition(o.id).strict then
    skip(o, definition(o.id), inputs.error, inputs.error_volatile)
    work_cascades(CASCADE_BUDGET)
    return { 'failed', arm({ o.q }) }
  end
  register_with(o, inputs.pending)
  o.m = o.m + #inputs.pending
  dirty(o)
  if ARGV[4] ~= '1' then return { 'waits', {} } end
  o.m, o.is_enlisting = o.m - 1, false
  if o.m == 0 then make_ready(o, definition(o.id), REQUESTED) end
  return { 'waits', arm({ o.q }) }
end)
