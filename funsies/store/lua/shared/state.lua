-- The state of an operation, its results, and counters of states.

local function filled(value)
  return value ~= '' and value
end

-- What was asked for, as one field: options O, first generation h, limit of losses L, priority p.
local function pack_terms(o)
  return o.O .. u64(o.h) .. u64(math.min(o.L, 2 ^ 53)) .. o.p
end

-- Whether the fields of a state are what its status needs.
local function is_sound(o, terms)
  if not (o.g and o.a and o.y and o.l and o.i) then return false end
  if o.s == NONE or o.s == DONE or o.s == FAILED then return true end
  if not terms or #terms < 49 or not tonumber(o.p) or not o.w or #o.w % 8 ~= 0 then return false end
  if o.s == WAITING then return o.e and tonumber(o.m) end
  if o.s == DELEGATED then return o.e and o.T and #o.T == 36 end
  if o.s == READY then return o.k and #o.k == 17 and o.q ~= '' end
  return o.s == DELAYED or o.s == RUNNING and o.f and o.S
end

-- What a state is that cannot be read: idle, with something to be removed.
local function damaged(id, key)
  return { id = id, key = key, s = NONE, q = '', g = 0, a = 0, y = 0, l = 0, i = 0, v = false, t = false,
    w = false, u = false, x = false, e = false, m = false, is_stored = true, is_damaged = true }
end

local function load(id)
  local key = P .. 'o' .. id
  local v = try('HMGET', key, 's', 'g', 'q', 'a', 'v', 't', 'p', 'w', 'u', 'x', 'e', 'm',
    'T', 'k', 'f', 'S', 'y', 'l', 'i', 'b')
  if v.err then return damaged(id, key) end
  local s, terms = v[1], v[7]
  local o = {
    id = id, key = key, s = s, g = tonumber(v[2] or 0), q = v[3] or '',
    a = tonumber(v[4] or 0), v = v[5], t = filled(v[6]), w = v[8], u = filled(v[9]), x = v[10],
    e = v[11], m = v[12], T = s == DELEGATED and v[13], k = s == READY and v[14],
    f = s == RUNNING and v[15], S = s == RUNNING and v[16], is_stored = s or v[2],
    y = tonumber(v[17] or 0), l = tonumber(v[18] or 0), i = tonumber(v[19] or 0),
    is_single = v[20],
  }
  if terms and #terms >= 49 then
    o.O, o.h, o.L = terms:sub(1, 32), struct.unpack('>I8I8', terms, 33)
    o.p = terms:sub(49)
  end
  return is_sound(o, terms) and o or damaged(id, key)
end

local function is_finished(s)
  return s == DONE or s == FAILED
end

local function is_pending(s)
  return s and not is_finished(s)
end

-- A packed result; nil if it is none.
local function whole(result)
  return result and #result == RESULT and result or nil
end

local function result_of(id, index)
  return whole(call('HGET', P .. 'o' .. id, 'r' .. index))
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

-- Whether a result is only the end that a request has put to it which was withdrawn.
local function is_withdrawn(volatile)
  return type(volatile) == 'string' and #volatile == 8
end

-- Those who want an operation but for this generation.
local function without(wanted, packed)
  local kept = {}
  for at = 1, #wanted, 8 do
    local each = wanted:sub(at, at + 7)
    if each ~= packed then kept[#kept + 1] = each end
  end
  return table.concat(kept)
end

-- Whether one result does for a request of this generation.
local function is_usable(result, volatile, made_for, generation)
  local is_fresh = not is_withdrawn(volatile) and tonumber(made_for or 0) >= generation
  return (not volatile or is_fresh) and has_bytes(result)
end

local function results_of(o, d)
  local results = {}
  for index = 0, d.outputs - 1 do
    results[index + 1] = result_of(o.id, index) or false
  end
  return results
end

local function satisfies(o, d, generation)
  if not is_finished(o.s) or d.is_damaged then return false end
  for _, result in ipairs(results_of(o, d)) do
    if not result or not is_usable(result, o.v, o.g, generation) then return false end
  end
  return true
end

-- Counters are written once, at the end of a call: many changes cancel out.
local function count(name, counter, by)
  if not name then return end -- of a definition that is damaged
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
