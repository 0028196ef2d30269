-- Set keys aside that hold another type than they should: no script could go on with them.
--
-- ARGV  1 time  2... names that a call has sent: operations, slots, queues
-- Returns  the number of keys that were set aside

register('mend_types', { 'allow-oom' }, function()
  local number = 0
  for name in pairs(FIXED) do number = number + set_key_aside(name) end
  for at = 2, #ARGV do
    for kind in pairs(OF_DIGEST) do number = number + set_key_aside(kind .. ARGV[at]) end
    for kind in pairs(OF_NAME) do number = number + set_key_aside(kind .. ARGV[at]) end
  end
  return number
end)
