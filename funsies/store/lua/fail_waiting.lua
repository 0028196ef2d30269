-- End a waiting or delegated operation with a volatile error.
--
-- ARGV  1 time  2 operation  3 error, packed
-- Returns  1 if it was ended, 0 if not; nil if the error is not stored

register('fail_waiting', { 'allow-oom' }, function()
  local o, error = load(ARGV[2]), ARGV[3]
  if o.s ~= WAITING and o.s ~= DELEGATED then return 0 end
  if not has_bytes(error) then return false end
  end_with(o, definition(o.id), error, '1')
  work_cascades(CASCADE_BUDGET)
  return 1
end)
