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

local function artefact_of(d, number)
  local at = d.artefacts + 32 * (number - 1)
  return d.raw:sub(at + 1, at + 32)
end

-- How operations are found by those who make their inputs, and from their outputs. The entry of an
-- output in the index of artefacts is 'o', what makes it, and its index there; then the first few of
-- the operations that need it. If there are more, the others are in a set (k), which few have.
local links = {}
do
  local MOST_IN_ENTRY, ENTRY = 8, 37

  local function output_of(d, index)
    return artefact_of(d, d.inputs + index + 1)
  end

  local function entry_of(d, index)
    return 'o' .. d.id .. struct.pack('>I4', index)
  end

  -- The operations in an entry, one after the other; nil if it is none of an output.
  local function consumers_in(entry)
    if not entry or entry:sub(1, 1) ~= 'o' or #entry % 32 ~= ENTRY % 32 then return nil end
    return entry:sub(ENTRY + 1)
  end

  local function holds(consumers, id)
    for at = 1, #consumers, 32 do
      if consumers:sub(at, at + 31) == id then return true end
    end
  end

  local function is_consumer(id, producer, artefact)
    local consumers = consumers_in(row_of('I', artefact))
    return consumers and holds(consumers, id)
      or try('SISMEMBER', P .. 'k' .. producer, id) == 1
  end

  local function add_consumer(id, producer, artefact)
    local entry = row_of('I', artefact)
    local consumers = consumers_in(entry)
    if consumers and holds(consumers, id) then return end
    if consumers and #consumers < 32 * MOST_IN_ENTRY then
      put('I', artefact, entry .. id)
    else
      call('SADD', P .. 'k' .. producer, id)
    end
  end

  -- Read the entries of many in one go.
  function links.fetch(list)
    local artefacts = {}
    for _, d in ipairs(list) do
      for index = 0, d.outputs - 1 do artefacts[#artefacts + 1] = output_of(d, index) end
      for number = 1, d.inputs do
        if input(d, number) == 0 then artefacts[#artefacts + 1] = artefact_of(d, number) end
      end
    end
    fetch('I', artefacts)
  end

  function links.write(d)
    for index = 0, d.outputs - 1 do
      local output = output_of(d, index)
      put('I', output, entry_of(d, index) .. (consumers_in(row_of('I', output)) or ''))
    end
    for number = 1, d.inputs do
      local kind, producer = input(d, number)
      if kind == 0 then add_consumer(d.id, producer, artefact_of(d, number)) end
    end
  end

  function links.are_whole(d)
    for index = 0, d.outputs - 1 do
      local entry = row_of('I', output_of(d, index))
      if not consumers_in(entry) or entry:sub(1, ENTRY) ~= entry_of(d, index) then return false end
    end
    for number = 1, d.inputs do
      local kind, producer = input(d, number)
      if kind == 0 and not is_consumer(d.id, producer, artefact_of(d, number)) then return false end
    end
    return true
  end

  -- The operations that need an output of one; several in one text, one after the other.
  function links.consumers_of(d)
    local list = { table.concat(call('SMEMBERS', P .. 'k' .. d.id)) }
    for index = 0, d.outputs - 1 do
      list[#list + 1] = consumers_in(row_of('I', output_of(d, index)))
    end
    return table.concat(list)
  end
end
