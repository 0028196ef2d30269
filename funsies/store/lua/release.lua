-- Put a running operation back: ready now, or after a delay.
--
-- ARGV  1 time  2 slot  3 operation  4 fence  5 delay_ms  6 what it is charged with: "y" a failure
--       of its own, "l" a loss, or "" nothing: the attempt is given back
-- Returns  verdict

register('release', { 'allow-oom' }, function()
  local o, delay_ms = load(ARGV[3]), tonumber(ARGV[5])
  local refused = refusal(o, ARGV[2], ARGV[4])
  if refused then return refused end
  local d = definition(o.id)
  charge(o, filled(ARGV[6]))
  if delay_ms > 0 then
    make_delayed(o, d, now + delay_ms)
  else
    make_ready(o, d, UNLOCKED)
  end
  return ended(ARGV[2], ARGV[4])
end)
