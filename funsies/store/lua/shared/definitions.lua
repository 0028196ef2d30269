-- Definitions: of operations, as bytes with fixed offsets (redis/packing.py).

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

local function definition(id)
  local raw = call('HGET', P .. 'D', id)
  return raw and parse(id, raw)
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
