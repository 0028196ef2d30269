-- Of which type each key is.

local FIXED = { D = 'hash', I = 'hash', c = 'hash', O = 'hash', T = 'hash', G = 'hash',
  C = 'hash', Y = 'hash', o = 'hash', ['!'] = 'hash', Z = 'zset', L = 'zset', B = 'set',
  Q = 'set', X = 'list', E = 'list', N = 'string', n = 'string', S = 'string', K = 'string' }
local OF_DIGEST = { w = 'list', k = 'set', x = 'set', t = 'hash', y = 'string' }
local OF_NAME = { ['q:'] = 'zset', ['s:'] = 'hash', ['n:'] = 'hash' }

local wrong_type
do
  -- The type of what funsies keeps under a name; nil if it is not one of ours.
  local function wanted_type(name)
    return FIXED[name] or #name == 33 and OF_DIGEST[name:sub(1, 1)] or OF_NAME[name:sub(1, 2)]
      or #name == 9 and name:sub(1, 1) == 'W' and 'list' or nil
  end

  -- The type of what is there, if it is none that should be.
  function wrong_type(name)
    local wanted, found = wanted_type(name), call('TYPE', P .. name).ok
    return wanted and found ~= 'none' and found ~= wanted and found
  end
end

function set_key_aside(name)
  local found = wrong_type(name)
  if not found then return 0 end
  call('RENAME', P .. name, P .. '!' .. name)
  keep_aside('key', name, found)
  return 1
end
