-- Forget what was set aside and is there again: somebody has written it anew. Or all of it.
--
-- ARGV  1 time  2 "all", or "again"  3... names of what was set aside
-- Returns  the number of those that were forgotten

register('tidy', { 'allow-oom' }, function()
  local function is_there_again(name)
    local kind = name:sub(1, 1)
    if name:sub(1, 3) == 'key' then return call('EXISTS', P .. name:sub(4)) == 1 end
    if kind == 't' then return call('HEXISTS', P .. name:sub(1, 33), name:sub(34)) == 1 end
    return call('HEXISTS', P .. kind, name:sub(2)) == 1
  end

  local number = 0
  for at = 3, #ARGV do
    local name = ARGV[at]
    if ARGV[2] == 'all' or is_there_again(name) then
      call('HDEL', P .. '!', name)
      if name:sub(1, 3) == 'key' then call('UNLINK', P .. '!' .. name:sub(4)) end
      number = number + 1
    end
  end
  return number
end)
