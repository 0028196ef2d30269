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
