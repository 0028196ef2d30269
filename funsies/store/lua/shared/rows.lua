-- Rows of the hashes of all operations, as one unit of work: a call reads each of them once, and
-- writes what it has changed at its end, in one command a hash. Whoever reads or writes such a row
-- does it by these functions; commands of its own would not see what is still to be written.

-- Of which type each key is.
local KEY_TYPES = {
  fixed = { D = 'hash', I = 'hash', c = 'hash', O = 'hash', T = 'hash', G = 'hash',
    C = 'hash', Y = 'hash', o = 'hash', ['!'] = 'hash', A = 'zset', Z = 'zset', L = 'zset', B = 'set',
    Q = 'set', X = 'list', E = 'list', N = 'string', n = 'string', S = 'string', K = 'string' },
  of_digest = { w = 'list', k = 'set', x = 'set', t = 'hash', y = 'string' },
  of_name = { ['q:'] = 'zset', ['s:'] = 'hash', ['n:'] = 'hash' },
}

local wrong_type
do
  -- The type of what funsies keeps under a name; nil if it is not one of ours.
  local function wanted_type(name)
    return KEY_TYPES.fixed[name] or #name == 33 and KEY_TYPES.of_digest[name:sub(1, 1)]
      or KEY_TYPES.of_name[name:sub(1, 2)]
      or #name == 9 and name:sub(1, 1) == 'W' and 'list' or nil
  end

  -- The type of what is there, if it is none that should be.
  function wrong_type(name)
    local wanted, found = wanted_type(name), call('TYPE', P .. name).ok
    return wanted and found ~= 'none' and found ~= wanted and found
  end
end

-- Keep something that is damaged under its kind and address, for who wants to see it.
local function keep_aside(kind, id, row)
  local MOST_ASIDE = 1000
  if call('HLEN', P .. '!') < MOST_ASIDE then call('HSET', P .. '!', kind .. id, row) end
end

local function set_key_aside(name)
  local found = wrong_type(name)
  if not found then return 0 end
  call('RENAME', P .. name, P .. '!' .. name)
  keep_aside('key', name, found)
  return 1
end

-- A command. A key of another type, which funsies never writes, is set aside.
local function ask(command, key, ...)
  local answer = try(command, P .. key, ...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not is_reading and answer.err:find('WRONGTYPE', 1, true) then set_key_aside(key) end
  return call(command, P .. key, ...)
end

local function known_of(key)
  local known = rows[key]
  if not known then
    known = {}
    rows[key] = known
  end
  return known
end

-- Read rows that will be looked at, in one go.
local function fetch(key, fields)
  if #fields < 2 then return end -- which is read when it is looked at
  local known, wanted = known_of(key), {}
  for _, field in ipairs(fields) do
    if known[field] == nil then
      known[field] = false
      wanted[#wanted + 1] = field
    end
  end
  for first = 1, #wanted, MOST_ARGUMENTS do
    local last = math.min(first + MOST_ARGUMENTS - 1, #wanted)
    for at, row in ipairs(ask('HMGET', key, unpack(wanted, first, last))) do
      known[wanted[first + at - 1]] = row
    end
  end
end

-- A row; false if there is none.
local function row_of(key, field)
  local known = known_of(key)
  local row = known[field]
  if row == nil then
    row = ask('HGET', key, field)
    known[field] = row
  end
  return row
end

local function has_row(key, field)
  local row = known_of(key)[field]
  if row == nil then return ask('HEXISTS', key, field) == 1 end
  return row ~= false
end

-- Write a row, or remove it (false).
local function put(key, field, row)
  local known = known_of(key)
  if known[field] == row then return end
  known[field] = row
  local fields = changed[key]
  if not fields then
    fields = {}
    changed[key] = fields
  end
  fields[field] = true
  if key == 'D' then definitions[field] = nil end
end

-- The same with any number of arguments after the key.
local function ask_many(command, key, arguments)
  for first = 1, #arguments, MOST_ARGUMENTS do
    local last = math.min(first + MOST_ARGUMENTS - 1, #arguments)
    ask(command, key, unpack(arguments, first, last))
  end
end

local flush_rows
do
  -- In this order: what refers to something never stands without it.
  local HASHES = { 'c', 'I', 'D', 'T', 'G', 'Y', 'o' }

  local function flush_hash(key)
    local written, removed = {}, {}
    for field in pairs(changed[key]) do
      local row = rows[key][field]
      if row then
        written[#written + 1] = field
        written[#written + 1] = row
      else
        removed[#removed + 1] = field
      end
    end
    changed[key] = nil
    ask_many('HSET', key, written)
    ask_many('HDEL', key, removed)
  end

  function flush_rows()
    for _, key in ipairs(HASHES) do
      if changed[key] then flush_hash(key) end
    end
    for key in pairs(changed) do flush_hash(key) end
  end
end
