-- Prolong the lease of a slot.
--
-- ARGV  1 time  2 slot  3 fence  4 lease_ms
-- Returns  1, or 0 if the slot does not hold this fence any more

register('renew', { 'allow-oom' }, function()
  local key = P .. 's:' .. ARGV[2]
  if call('HGET', key, 'f') ~= ARGV[3] then return 0 end
  call('ZADD', P .. 'L', now + tonumber(ARGV[4]), ARGV[2])
  call('HSET', key, 'p', '')
  return 1
end)
