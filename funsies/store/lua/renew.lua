-- Prolong the lease of a slot, on all that it holds.
--
-- ARGV  1 time  2 slot  3 fence of something that it holds  4 lease_ms
-- Returns  1, or 0 if the slot does not hold this fence any more

register('renew', { 'allow-oom' }, function()
  local lease = lease_of(ARGV[2])
  for _, fence in ipairs(lease and lease.fences or {}) do
    if fence == ARGV[3] then
      ask('ZADD', 'L', now + tonumber(ARGV[4]), ARGV[2])
      call('HSET', P .. 's:' .. ARGV[2], 'p', '')
      return 1
    end
  end
  return 0
end)
