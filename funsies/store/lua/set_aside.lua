-- Set an operation aside whose definition cannot be read, or is damaged.
--
-- ARGV  1 time  2 operation
-- Returns  1

register('set_aside', { 'allow-oom' }, function()
  set_aside(load(ARGV[2]))
  work_cascades(CASCADE_BUDGET)
  return 1
end)
