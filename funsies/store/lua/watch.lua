-- Have a client told when operations are finished, if they are pending.
--
-- ARGV  1 time  2 client  3... operations
-- Returns  the state of each: fields and values

register('watch', {}, function()
  local WATCH_SECONDS = 3600
  local states = {}
  for at = 3, #ARGV do
    local id = ARGV[at]
    local state = try('HGETALL', P .. 'o' .. id)
    states[at - 2] = state.err and {} or state
    if is_pending(load(id).s) then
      call('HSET', P .. 'o' .. id, 'x', '1')
      call('SADD', P .. 'x' .. id, ARGV[2])
      call('EXPIRE', P .. 'x' .. id, WATCH_SECONDS)
    end
  end
  return states
end)
