-- Forget a finished result whose bytes are missing or bad, and its trace: compare and set.
--
-- ARGV  1 time  2 operation  3 index  4 content
-- Returns  1 if it was forgotten

register('invalidate', { 'allow-oom' }, function()
  local o = load(ARGV[2])
  local result = is_finished(o.s) and result_of(o, tonumber(ARGV[3]))
  if not result or content_of(result) ~= ARGV[4] then return 0 end
  forget_trace(o)
  clear(o, definition(o.id))
  return 1
end)
