-- Definitions: of operations, as bytes with fixed offsets (redis/packing.py).

-- Whether all parts are there that scripts read; Python looks at what they say.
local function is_whole(raw)
  if not raw or #raw < HEADER then return false end
  local inputs, outputs, name, names = struct.unpack('>I4I4I4I4', raw, 34)
  return #raw > HEADER + (INPUT + 32) * inputs + name + names + 32 * outputs + 32 + SIGNATURE
end

local function parse(id, raw)
  local inputs, outputs, name, names = struct.unpack('>I4I4I4I4', raw, 34)
  local flags = raw:byte(33)
  local at = HEADER + INPUT * inputs
  return {
    id = id,
    raw = raw,
    strict = flags % 2 == 1,
    dynamic = flags >= 2,
    inputs = inputs,
    outputs = outputs,
    name = raw:sub(at + 1, at + name),
    names = at + name,
    artefacts = at + name + names,
  }
end

-- The name of a task in what is left of a definition, if it is one that is counted.
local function name_in(raw)
  if not raw or #raw < HEADER then return nil end
  local inputs, _, length = struct.unpack('>I4I4I4', raw, 34)
  local name = raw:sub(HEADER + INPUT * inputs + 1, HEADER + INPUT * inputs + length)
  return call('HEXISTS', P .. 'C', DONE .. name) == 1 and name or nil
end

-- A definition that is gone or damaged has no inputs and no outputs: scripts go on with it, until
-- it is to run, and is set aside.
local function definition(id)
  local d = definitions[id]
  if d then return d end
  local raw = row_of('D', id)
  if is_whole(raw) then
    d = parse(id, raw)
  else
    d = { id = id, raw = raw or '', name = name_in(raw), inputs = 0, outputs = 0,
      is_damaged = true, names = 0, artefacts = 0 }
  end
  definitions[id] = d
  return d
end

-- Kind (0 producer, 1 small constant, 2 large constant), digest and index of an input.
local function input(d, number)
  local at = HEADER + INPUT * (number - 1) + 1
  local index = struct.unpack('>I4', d.raw, at + 33)
  return d.raw:byte(at), d.raw:sub(at + 1, at + 32), index
end

local function producers(d)
  local seen, list = {}, {}
  for number = 1, d.inputs do
    local kind, producer = input(d, number)
    if kind == 0 and not seen[producer] then
      seen[producer] = true
      list[#list + 1] = producer
    end
  end
  return list
end

-- Have operations found by those who make their inputs, and their outputs lead to them.
local function link(d)
  local outputs = d.artefacts + 32 * d.inputs
  for number = 0, d.outputs - 1 do
    put('I', d.raw:sub(outputs + 32 * number + 1, outputs + 32 * number + 32),
      'o' .. d.id .. struct.pack('>I4', number))
  end
  for _, producer in ipairs(producers(d)) do
    call('SADD', P .. 'k' .. producer, d.id)
  end
end
