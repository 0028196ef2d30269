-- Number a request: max(time in ms, last number + 1).
--
-- ARGV  1 time
-- Returns  the number

register('generation', {}, function()
  local last = tonumber(call('GET', P .. 'n')) or 0
  local generation = math.max(wall, last + 1)
  call('SET', P .. 'n', generation)
  return generation
end)
