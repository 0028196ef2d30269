-- Definitions: of operations, as bytes with fixed offsets (redis/packing.py). Of one with many inputs
-- the inputs stand in pieces, which are small contents (redis/pieces.py): their addresses are in the
-- place of names, and it is as if it had no inputs. Scripts are told of some of these at a time.

-- Kinds of inputs. Of small constants the artefact does not stand in a definition: what it is the
-- address of does.
local KIND = { producer = 0, large = 2, small = 3, small_executable = 4 }

local function is_small(kind)
  return kind == KIND.small or kind == KIND.small_executable
end

-- The number of inputs whose artefacts stand in a definition; and whether all are of some kind.
local function named_inputs(raw, inputs)
  local number, are_known = 0, true
  for at = HEADER + 1, HEADER + INPUT * inputs, INPUT do
    local kind = raw:byte(at)
    if kind == KIND.producer or kind == KIND.large then
      number = number + 1
    elseif not is_small(kind) then
      are_known = false
    end
  end
  return number, are_known
end

local is_whole, parse, name_in
do
  -- The numbers of inputs in a definition, of those in its pieces (nil if it has none), of its outputs;
  -- the lengths of its name, and of the names of inputs or the addresses of pieces.
  local function numbers_in(raw)
    local inputs, outputs, name, names = struct.unpack('>I4I4I4I4', raw, 34)
    if inputs > MOST_INPUTS then return 0, inputs, outputs, name, names end
    return inputs, nil, outputs, name, names
  end

  -- Whether all parts are there that scripts read; Python looks at what they say.
  function is_whole(raw)
    if not raw or #raw < HEADER then return false end
    local inputs, many, outputs, name, names = numbers_in(raw)
    if #raw < HEADER + INPUT * inputs then return false end
    local named, are_known = named_inputs(raw, inputs)
    local least = HEADER + INPUT * inputs + name + names + 32 * (named + outputs) + 32 + SIGNATURE
    if many then return #raw == least + 1 end
    return are_known and #raw > least
  end

  function parse(id, raw)
    local inputs, many, outputs, name, names = numbers_in(raw)
    local flags = raw:byte(33)
    local at = HEADER + INPUT * inputs
    return {
      id = id,
      raw = raw,
      strict = flags % 2 == 1,
      dynamic = flags >= 2,
      inputs = inputs,
      many_inputs = many,
      outputs = outputs,
      name = raw:sub(at + 1, at + name),
      names = at + name,
      artefacts = at + name + names,
    }
  end

  -- The name of a task in what is left of a definition, if it is one that is counted.
  function name_in(raw)
    if not raw or #raw < HEADER then return nil end
    local inputs, _, _, length = numbers_in(raw)
    local name = raw:sub(HEADER + INPUT * inputs + 1, HEADER + INPUT * inputs + length)
    return call('HEXISTS', P .. 'C', DONE .. name) == 1 and name or nil
  end
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

-- Kind and digest of an input; then the index of an output, or the size of a small constant.
local function input(d, number)
  local at = HEADER + INPUT * (number - 1) + 1
  local index = struct.unpack('>I4', d.raw, at + 33)
  return d.raw:byte(at), d.raw:sub(at + 1, at + 32), index
end

local function producers(d)
  local seen, list = {}, {}
  for number = 1, d.inputs do
    local kind, producer = input(d, number)
    if kind == KIND.producer and not seen[producer] then
      seen[producer] = true
      list[#list + 1] = producer
    end
  end
  return list
end

-- Artefacts of the inputs, by their numbers, but for those of small constants.
local function artefacts_of(d)
  local artefacts, at = {}, d.artefacts
  for number = 1, d.inputs do
    if not is_small((input(d, number))) then
      artefacts[number] = d.raw:sub(at + 1, at + 32)
      at = at + 32
    end
  end
  return artefacts
end

-- How operations are found by those who make their inputs, and from their outputs. The entry of an
-- output in the index of artefacts is 'o', what makes it, and its index there; then the first few of
-- the operations that need it. If there are more, the others are in a set (k), which few have.
local links = {}
do
  local MOST_IN_ENTRY, ENTRY = 8, 37

  local function output_of(d, index)
    d.made = d.made or d.artefacts + 32 * named_inputs(d.raw, d.inputs)
    local at = d.made + 32 * index
    return d.raw:sub(at + 1, at + 32)
  end

  -- What makes each of the inputs that are made, and the artefact that it is. If they are many, those
  -- who make them are told, and asked, some at a time.
  local function edges(d)
    local list, artefacts = {}, artefacts_of(d)
    for number = 1, d.inputs do
      local kind, producer = input(d, number)
      if kind == KIND.producer then
        list[#list + 1] = { producer = producer, artefact = artefacts[number] }
      end
    end
    return list
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

  function links.is_consumer(id, producer, artefact)
    local consumers = consumers_in(row_of('I', artefact))
    return consumers and holds(consumers, id)
      or try('SISMEMBER', P .. 'k' .. producer, id) == 1
  end

  function links.add_consumer(id, producer, artefact)
    local entry = row_of('I', artefact)
    local consumers = consumers_in(entry)
    if consumers and holds(consumers, id) then return end
    if consumers and #consumers < 32 * MOST_IN_ENTRY then
      put('I', artefact, entry .. id)
    else
      ask('SADD', 'k' .. producer, id)
    end
  end

  -- Read the entries of many in one go.
  function links.fetch(list)
    local artefacts = {}
    for _, d in ipairs(list) do
      for index = 0, d.outputs - 1 do artefacts[#artefacts + 1] = output_of(d, index) end
      for _, edge in ipairs(edges(d)) do artefacts[#artefacts + 1] = edge.artefact end
    end
    fetch('I', artefacts)
  end

  function links.write(d)
    for index = 0, d.outputs - 1 do
      local output = output_of(d, index)
      put('I', output, entry_of(d, index) .. (consumers_in(row_of('I', output)) or ''))
    end
    for _, edge in ipairs(edges(d)) do links.add_consumer(d.id, edge.producer, edge.artefact) end
  end

  function links.are_whole(d)
    for index = 0, d.outputs - 1 do
      local entry = row_of('I', output_of(d, index))
      if not consumers_in(entry) or entry:sub(1, ENTRY) ~= entry_of(d, index) then return false end
    end
    for _, edge in ipairs(edges(d)) do
      if not links.is_consumer(d.id, edge.producer, edge.artefact) then return false end
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
