-- The state of an operation, as a row and as an object, its results, and counters of states.

local function is_finished(s)
  return s == DONE or s == FAILED
end

local function is_pending(s)
  return s and not is_finished(s)
end

-- Whether a result is only the end that a request has put to it which was withdrawn.
local function is_withdrawn(volatile)
  return type(volatile) == 'string' and #volatile == 8
end

-- A packed result; nil if it is none.
local function whole(result)
  return result and #result == RESULT and result or nil
end

-- A state is one row. It begins with what each has, the head:
--   status ("-" for idle), flags, generation (8 bytes), attempts (3), queue (length in 2, text);
--   index of its trace (16), if there is one; generation that withdrew it (8), if one did; record
--   of its last run (length in 2, text), if there is one.
-- One that is finished has the flag of single ones if it was skipped, as it is none, and goes on with
-- its results, of 57 bytes each. One that is pending:
--   own failures y, losses l, lost inputs i (3 each); what was asked for: options O (32), first
--   generation h (8), limit of losses L (8), priority p (length in 1, text); generations that
--   want it w (length in 4, 8 each); then what its status needs:
--   waiting: epoch e (8), missing m (4)        delegated: epoch e, target and index T (36)
--   ready: place k (17)        running: fence f (length in 1), slot S (length in 2)
local pack_state, read_state, glance
do
  local HEAD, PENDING = '>c1BI8I3I2c0', '>I3I3I3c32I8I8Bc0I4c0'
  local IS_VOLATILE, IS_WITHDRAWN, IS_TAINTED, IS_WATCHED, HAS_TRACE, IS_SINGLE = 1, 2, 4, 8, 16, 32
  local HAS_RECORD, IS_ENLISTING, MOST_RECORD_BYTES = 64, 128, 65535
  local TRACE = 16

  local function flags_of(o)
    local flags = 0
    if o.v then flags = is_withdrawn(o.v) and IS_VOLATILE + IS_WITHDRAWN or IS_VOLATILE end
    if o.u then flags = flags + IS_TAINTED end
    if o.x then flags = flags + IS_WATCHED end
    if o.t then flags = flags + HAS_TRACE end
    if o.is_single or o.is_skipped then flags = flags + IS_SINGLE end
    if o.record then flags = flags + HAS_RECORD end
    if o.is_enlisting then flags = flags + IS_ENLISTING end
    return flags
  end

  local function pack_tail(o)
    if o.s == WAITING then return struct.pack('>c8I4', o.e, o.m) end
    if o.s == DELEGATED then return o.e .. o.T end
    if o.s == READY then return o.k end
    if o.s == RUNNING then return struct.pack('>Bc0I2c0', #o.f, o.f, #o.S, o.S) end
    return ''
  end

  -- The row of a state; false for one that is as if it had never been asked for.
  function pack_state(o)
    if not o.s and o.g == 0 then return false end
    if o.record and #o.record > MOST_RECORD_BYTES then o.record = false end
    local row = struct.pack(HEAD, o.s or '-', flags_of(o), o.g, o.a, #o.q, o.q)
      .. (o.t or '') .. (is_withdrawn(o.v) and o.v or '')
      .. (o.record and struct.pack('>I2c0', #o.record, o.record) or '')
    if not o.s then return row end
    if is_finished(o.s) then return row .. o.results end
    return row .. struct.pack(PENDING, o.y, o.l, o.i, o.O, o.h, math.min(o.L, 2 ^ 53), #o.p, o.p,
      #o.w, o.w) .. pack_tail(o)
  end

  -- Status, flags, generation, attempts, queue, and what follows the head; nil if it is no row.
  local function read_head(row)
    if #row < 15 then return nil end
    local length = struct.unpack('>I2', row, 14)
    if #row < 15 + length then return nil end
    local s, flags, g, a, q, at = struct.unpack(HEAD, row)
    return s ~= '-' and s, flags, g, a, q, at
  end

  local function has_flag(flags, flag)
    return flags % (2 * flag) >= flag
  end

  local function read_tail(o, row, at)
    local s = o.s
    if s == WAITING then
      o.e, o.m, at = struct.unpack('>c8I4', row, at)
    elseif s == DELEGATED then
      o.e, o.T, at = struct.unpack('>c8c36', row, at)
    elseif s == READY then
      o.k, at = struct.unpack('>c17', row, at)
    elseif s == RUNNING then
      o.f, o.S, at = struct.unpack('>Bc0I2c0', row, at)
    elseif s ~= DELAYED then
      return nil
    end
    return at
  end

  -- Read what follows the head of a state. An error, or false, if that is not what its status needs.
  local function read_rest(o, row, flags, at)
    if has_flag(flags, HAS_TRACE) then
      o.t, at = row:sub(at, at + TRACE - 1), at + TRACE
    end
    if has_flag(flags, IS_WITHDRAWN) then
      o.v, at = row:sub(at, at + 7), at + 8
    end
    if has_flag(flags, HAS_RECORD) then
      o.record, at = struct.unpack('>I2c0', row, at)
    end
    if is_finished(o.s) then
      o.results = row:sub(at)
      return at <= #row + 1 and #o.results % RESULT == 0
    end
    if o.s then
      o.y, o.l, o.i, o.O, o.h, o.L, o.p, o.w, at = struct.unpack(PENDING, row, at)
      at = tonumber(o.p) and #o.w % 8 == 0 and o.q ~= '' and read_tail(o, row, at)
    end
    return at == #row + 1
  end

  function read_state(id, row)
    local s, flags, g, a, q, at = read_head(row)
    if s == nil then return nil end
    local o = { id = id, s = s, q = q, g = g, a = a, y = 0, l = 0, i = 0, t = false, w = false,
      v = has_flag(flags, IS_VOLATILE) and '1', u = has_flag(flags, IS_TAINTED),
      x = has_flag(flags, IS_WATCHED), is_single = has_flag(flags, IS_SINGLE) and not is_finished(s),
      is_skipped = has_flag(flags, IS_SINGLE) and is_finished(s),
      is_enlisting = has_flag(flags, IS_ENLISTING), record = false, O = false, h = 0,
      L = 0, p = false, e = false, m = 0, T = false, k = false, f = false, S = false, results = '' }
    local is_read, is_whole = pcall(read_rest, o, row, flags, at)
    return is_read and is_whole and o
  end

  -- Status, generation, whether it is volatile, one result (nil if there is none) of a row, and
  -- whether it was skipped.
  function glance(row, index)
    local s, flags, g, _, _, at = read_head(row)
    if not s then return NONE end
    local volatile = has_flag(flags, IS_VOLATILE) and '1'
    if has_flag(flags, HAS_TRACE) then at = at + TRACE end
    if has_flag(flags, IS_WITHDRAWN) then
      volatile, at = row:sub(at, at + 7), at + 8
    end
    if not is_finished(s) then return s, g, volatile end
    local is_skipped = has_flag(flags, IS_SINGLE)
    if has_flag(flags, HAS_RECORD) then
      if #row < at + 1 then return s, g, volatile, nil, is_skipped end
      at = at + 2 + struct.unpack('>I2', row, at)
    end
    local result = whole(row:sub(at + RESULT * index, at + RESULT * (index + 1) - 1))
    return s, g, volatile, result, is_skipped
  end
end

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
    w = false, u = false, x = false, is_single = false, is_skipped = false, is_enlisting = false, record = false, O = false,
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
