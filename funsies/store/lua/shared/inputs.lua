-- The inputs of an operation as they are now.

local function add_once(list, seen, producer)
  if not seen[producer] then
    seen[producer] = true
    list[#list + 1] = producer
  end
end

-- Status, generation, whether it is volatile, one result of a producer, and whether it was skipped. Of
-- those that the call has nothing to do with only this is read: an operation may have many thousand
-- inputs.
local function look_at(producer, index)
  local o = operations[producer]
  if o then return o.s, o.g, o.v, is_finished(o.s) and result_of(o, index) or nil, o.is_skipped end
  local row = row_of('o', producer)
  if not row then return end
  if is_finished(row:sub(1, 1)) then return glance(row, index) end
  o = load(producer) -- which sees whether it is whole
  return o.s, o.g, o.v
end

-- The inputs as they are now: packed results (false where there is none), distinct producers
-- that are pending, idle (or withdrawn, which is as good as that), or whose result does not do for `generation` (nil: not looked at),
-- the first error and whether that is volatile, and whether anything is. Results of constants
-- are left to `add_constants`: only who runs an operation needs them.
local function look_at_inputs(first, last, input_at, generation)
  local r = { results = {}, pending = {}, idle = {}, needs = {} }
  local seen = {}
  for number = first, last do
    local kind, producer, index = input_at(number)
    if kind == KIND.producer then
      local status, made_for, volatile, result = look_at(producer, index)
      result = not is_withdrawn(volatile) and result
      r.results[number] = result or false
      if not result then
        if is_pending(status) then
          add_once(r.pending, seen, producer)
        else
          if not seen[producer] then r.needs[#r.needs + 1] = producer end
          add_once(r.idle, seen, producer)
        end
      else
        if generation and not seen[producer]
          and not is_usable(result, volatile, made_for, generation) then
          add_once(r.needs, seen, producer)
        end
        if volatile then r.tainted = true end
        if not is_ok(result) and not r.error then
          r.error, r.error_volatile = result, volatile
        end
      end
    end
  end
  return r
end

local function read_inputs(d, generation)
  fetch('o', producers(d))
  return look_at_inputs(1, d.inputs, function(number) return input(d, number) end, generation)
end

local add_constants
do
  local NO_SIGNATURE = ('\0'):rep(SIGNATURE)

  -- The result that a constant is. What is known of a large one, but for its bytes, is in the index of
  -- artefacts.
  local function constant(d, number, artefact)
    local kind, content, size = input(d, number)
    if kind == KIND.large then
      local row = row_of('I', artefact)
      if row and #row > PACKED and row:sub(1, 1) == 'c' then return row:sub(2, PACKED + 1) .. NO_SIGNATURE end
      return string.char(3) .. content .. u64(0) .. NO_SIGNATURE
    end
    return string.char(kind == KIND.small_executable and 5 or 1) .. content .. u64(size) .. NO_SIGNATURE
  end

  function add_constants(d, results)
    local artefacts, large = artefacts_of(d), {}
    for number = 1, d.inputs do
      if input(d, number) == KIND.large then large[#large + 1] = artefacts[number] end
    end
    fetch('I', large)
    for number = 1, d.inputs do
      if results[number] == nil then results[number] = constant(d, number, artefacts[number]) end
    end
  end
end

local function trace_index(d, results)
  local pieces = { d.raw:sub(1, 32), d.raw:sub(d.names + 1, d.artefacts) }
  for _, result in ipairs(results) do
    pieces[#pieces + 1] = is_ok(result) and '1' or '0'
    if is_executable(result) then pieces[#pieces + 1] = 'x' end
    pieces[#pieces + 1] = content_of(result)
  end
  local hex = redis.sha1hex(table.concat(pieces))
  return struct.pack('>I4I4I4I4', tonumber(hex:sub(1, 8), 16), tonumber(hex:sub(9, 16), 16),
    tonumber(hex:sub(17, 24), 16), tonumber(hex:sub(25, 32), 16))
end

-- Results of inputs, each led by "1" if there is one.
local function pack_inputs(results)
  local pieces = {}
  for number, result in ipairs(results) do
    pieces[number] = result and '1' .. result or string.rep('0', RESULT + 1)
  end
  return table.concat(pieces)
end

-- The trace of an operation; nil if there is none, or bytes are not there.
local function trace_of(o)
  local trace = o.t and row_of('T', o.t)
  if not trace then return nil end
  for first = 33, #trace - SIGNATURE, PACKED do
    if not has_bytes(trace:sub(first, first + PACKED - 1)) then return nil end
  end
  return trace
end
