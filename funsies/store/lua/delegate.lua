-- Let the one output of a dynamic operation be that of another operation.
--
-- ARGV  1 time  2 slot  3 operation  4 fence  5 target  6 index of the target's output
--       7 record  8 log  9 busy_ms  10 target and index, signed
-- Returns  verdict; "idle" if the target has to be requested first

register('delegate', {}, function()
  local o, target, index = load(ARGV[3]), ARGV[5], tonumber(ARGV[6])
  local refused = refusal(o, ARGV[2], ARGV[4])
  if refused then return refused end
  local d = definition(o.id)
  local made = call('HMGET', P .. 'o' .. target, 's', 'g', 'v', 'r' .. index)
  if is_pending(made[1]) then
    delegate_to(o, d, target .. struct.pack('>I4', index))
  elseif is_finished(made[1]) and whole(made[4]) and is_usable(made[4], made[3], made[2], o.g) then
    finish(o, d, { made[4] }, made[3] or o.u)
    work_cascades(CASCADE_BUDGET)
  else
    return 'idle'
  end
  call('SADD', P .. 'k' .. target, o.id)
  call('HSET', P .. 'Y', o.id, ARGV[10])
  count(d.name, EXECUTED, 1)
  keep_report(o, d, ARGV[7], ARGV[8], ARGV[9])
  return ended(ARGV[2], ARGV[4])
end)
