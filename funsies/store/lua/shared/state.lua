-- The state of an operation, its results, and counters of states.

local function filled(value)
  return value ~= '' and value
end

-- What was asked for, as one field: options O, first generation h, limit of losses L, priority p.
local function pack_terms(o)
  return o.O .. u64(o.h) .. u64(math.min(o.L, 2 ^ 53)) .. o.p
end

local function load(id)
  local key = P .. 'o' .. id
  local v = call('HMGET', key, 's', 'g', 'q', 'a', 'v', 't', 'p', 'w', 'u', 'x', 'e', 'm',
    'T', 'k', 'f', 'S', 'y', 'l', 'i')
  local s, terms = v[1], v[7]
  local o = {
    id = id, key = key, s = s, g = tonumber(v[2] or 0), q = v[3] or '',
    a = tonumber(v[4] or 0), v = v[5], t = filled(v[6]), w = v[8], u = filled(v[9]), x = v[10],
    e = v[11], m = v[12], T = s == DELEGATED and v[13], k = s == READY and v[14],
    f = s == RUNNING and v[15], S = s == RUNNING and v[16], is_stored = s or v[2],
    y = tonumber(v[17] or 0), l = tonumber(v[18] or 0), i = tonumber(v[19] or 0),
  }
  if terms then
    o.O, o.h, o.L = terms:sub(1, 32), struct.unpack('>I8I8', terms, 33)
    o.p = terms:sub(49)
  end
  return o
end

local function is_finished(s)
  return s == DONE or s == FAILED
end

local function is_pending(s)
  return s and not is_finished(s)
end

local function result_of(id, index)
  return call('HGET', P .. 'o' .. id, 'r' .. index)
end

local function is_ok(result)
  return result:byte(1) % 2 == 1
end

local function is_large(result)
  return result:byte(1) % 4 >= 2
end

local function is_executable(result)
  return result:byte(1) >= 4
end

local function content_of(result)
  return result:sub(2, 33)
end

local function has_bytes(result)
  return is_large(result) or call('HEXISTS', P .. 'c', content_of(result)) == 1
end

-- Whether one result does for a request of this generation.
local function is_usable(result, volatile, made_for, generation)
  return (not volatile or tonumber(made_for or 0) >= generation) and has_bytes(result)
end

local function results_of(o, d)
  local results = {}
  for index = 0, d.outputs - 1 do
    results[index + 1] = result_of(o.id, index)
  end
  return results
end

local function satisfies(o, d, generation)
  if not is_finished(o.s) then return false end
  for _, result in ipairs(results_of(o, d)) do
    if not is_usable(result, o.v, o.g, generation) then return false end
  end
  return true
end

-- Counters are written once, at the end of a call: many changes cancel out.
local function count(name, counter, by)
  local field = counter .. name
  counted[field] = (counted[field] or 0) + by
end

-- Keep what is told of a run. There may be an older log only of an earlier attempt.
local function keep_report(o, d, record, log, busy_ms)
  if record ~= '' then call('HSET', P .. 'R', o.id, record) end
  if log ~= '' then
    call('HSET', P .. 'G', o.id, log)
  elseif o.a > 1 then
    call('HDEL', P .. 'G', o.id)
  end
  count(d.name, BUSY_MS, tonumber(busy_ms))
end
