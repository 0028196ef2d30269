-- Have a client told when operations are finished, if they are pending.
--
-- ARGV  1 time  2 client  3... operations
-- Returns  the state of each: its row, empty if there is none

register('watch', {}, function()
  local WATCH_SECONDS = 3600
  local ids, states = {}, {}
  for at = 3, #ARGV do ids[at - 2] = ARGV[at] end
  fetch('o', ids)
  for at = 3, #ARGV do
    local id = ARGV[at]
    local o = load(id)
    states[at - 2] = row_of('o', id) or ''
    if is_pending(o.s) then
      o.x = true
      dirty(o)
      call('SADD', P .. 'x' .. id, ARGV[2])
      call('EXPIRE', P .. 'x' .. id, WATCH_SECONDS)
    end
  end
  return states
end)
