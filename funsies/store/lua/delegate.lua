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
  local status, made_for, volatile, result = look_at(target, index)
  if is_pending(status) then
    delegate_to(o, d, target .. struct.pack('>I4', index))
  elseif result and is_usable(result, volatile, made_for, o.g) then
    finish(o, d, { result }, volatile or o.u)
    work_cascades(CASCADE_BUDGET)
  else
    return 'idle'
  end
  ask('SADD', 'k' .. target, o.id)
  put('Y', o.id, ARGV[10])
  count(d.name, EXECUTED, 1)
  keep_report(o, d, ARGV[7], ARGV[8], ARGV[9])
  return ended(ARGV[2], ARGV[4])
end)
