-- Set keys aside that hold another type than they should: no script could go on with them.
--
-- ARGV  1 time  2... names that a call has sent: operations, slots, queues
-- Returns  the number of keys that were set aside

register('mend_types', { 'allow-oom' }, function()
  local set, hash, list, sorted, text = 'set', 'hash', 'list', 'zset', 'string'
  local FIXED = { D = hash, I = hash, c = hash, O = hash, T = hash, R = hash, G = hash, C = hash,
    Y = hash, ['!'] = hash, Z = sorted, L = sorted, B = set, Q = set, X = list, N = text, n = text,
    S = text, K = text }
  local OF_NAME = { o = hash, w = list, k = set, x = set, t = hash, ['q:'] = sorted, ['s:'] = hash,
    ['n:'] = hash }
  local number = 0

  local function see_to(name, wanted)
    local found = call('TYPE', P .. name).ok
    if found == 'none' or found == wanted then return end
    call('RENAME', P .. name, P .. '!' .. name)
    keep_aside('key', name, found)
    number = number + 1
  end

  for name, wanted in pairs(FIXED) do see_to(name, wanted) end
  for at = 2, #ARGV do
    for kind, wanted in pairs(OF_NAME) do see_to(kind .. ARGV[at], wanted) end
  end
  return number
end)
