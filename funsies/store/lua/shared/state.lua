-- The state of an operation, its results, and counters of states.

local function filled(value)
  return value ~= '' and value
end

-- A state that is to be written at the end.
local function dirty(o)
  unwritten[o] = true
end

local function flush_states()
  for o in pairs(unwritten) do put('o', o.id, pack_state(o)) end
  unwritten = {}
end

-- The state of what was never asked for, or cannot be read.
local function idle(id)
  return { id = id, s = NONE, q = '', g = 0, a = 0, y = 0, l = 0, i = 0, v = false, t = false,
    w = false, u = false, x = false, is_single = false, is_enlisting = false, record = false, O = false,
    h = 0, L = 0, p = false, e = false, m = 0, T = false, k = false, f = false, S = false, results = '' }
end

-- The state of an operation: one object a call, so that all see what was done to it.
local function load(id)
  local o = operations[id]
  if o then return o end
  local row = row_of('o', id)
  o = row and read_state(id, row)
  if not o then
    o = idle(id)
    o.is_damaged = row ~= false
  end
  operations[id] = o
  return o
end

-- One result of a finished operation; nil if there is none.
local function result_of(o, index)
  return whole(o.results:sub(RESULT * index + 1, RESULT * (index + 1)))
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
  return is_large(result) or has_row('c', content_of(result))
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
  local is_fresh = not is_withdrawn(volatile) and made_for >= generation
  return (not volatile or is_fresh) and has_bytes(result)
end

local function results_of(o, d)
  local results = {}
  for index = 0, d.outputs - 1 do
    results[index + 1] = result_of(o, index) or false
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
  if record ~= '' then o.record = record end
  dirty(o)
  if log ~= '' then
    put('G', o.id, log)
  elseif o.a > 1 then
    put('G', o.id, false)
  end
  count(d.name, BUSY_MS, tonumber(busy_ms))
end
