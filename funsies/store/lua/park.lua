-- Let a running operation wait again for its inputs; the attempt is given back.
--
-- ARGV  1 time  2 slot  3 operation  4 fence  5 "i" if an input was lost, or ""
-- Returns  verdict; "idle" if an input has to be requested first

register('park', {}, function()
  local o = load(ARGV[3])
  local refused = refusal(o, ARGV[2], ARGV[4])
  if refused then return refused end
  local d = definition(o.id)
  local inputs = read_inputs(d)
  if #inputs.idle > 0 then return 'idle' end
  charge(o, filled(ARGV[5]))
  if d.strict and inputs.error then
    skip(o, d, inputs.error, inputs.error_volatile)
    work_cascades(CASCADE_BUDGET)
  elseif #inputs.pending > 0 then
    wait_for(o, d, inputs.pending)
  else
    make_ready(o, d, UNLOCKED)
  end
  return ended(ARGV[2], ARGV[4])
end)
