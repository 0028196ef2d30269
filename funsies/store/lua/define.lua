-- Writing the graph.

-- Write graph nodes. Contents come first, so that what refers to them never stands without them.
-- What is there already is written again if it differs: the newest definition of a task may be
-- loadable where an older one was not, and the signature of an operation may be another's.
--
-- ARGV  1 time  2 number of contents  3 of tasks  4 of constants  5 of operations
--       6 "1" if those who make the inputs of the operations know of them (link), then
--       (digest, bytes) of each content, (digest, Python version, packed) of each task,
--       (artefact, packed) of each constant, (digest, packed) of each operation
-- Returns  1

register('define', {}, function()
  local at, are_linked = 7, ARGV[6] == '1'

  local function take(number, width, write)
    for _ = 1, tonumber(number) do
      write(ARGV[at], ARGV[at + 1], ARGV[at + 2])
      at = at + width
    end
  end

  -- Rows of a hash; `see` those that are not there as they are.
  local function take_rows(number, key, see)
    local names = {}
    for name = at, at + 2 * number - 1, 2 do names[#names + 1] = ARGV[name] end
    fetch(key, names)
    take(number, 2, function(name, row)
      if row_of(key, name) == row then return end
      put(key, name, row)
      if see then see(name, row) end
    end)
  end

  take_rows(ARGV[2], 'c')

  take(ARGV[3], 3, function(digest, python, packed)
    call('HSET', P .. 't' .. digest, python, packed)
  end)

  take_rows(ARGV[4], 'I')
  local written = {}
  take_rows(ARGV[5], 'D', function(id, raw) written[#written + 1] = parse(id, raw) end)
  if not are_linked then links.fetch(written) end
  for _, d in ipairs(written) do (are_linked and links.write_outputs or links.write)(d) end
  return 1
end)

-- Let those who make inputs of an operation know that it needs them. It is not defined yet: one with
-- many inputs is linked some of them at a time, and whoever finds its definition finds it linked.
--
-- ARGV  1 time  2 operation  3... producer of an input, artefact of each
-- Returns  1

register('link', {}, function()
  local artefacts = {}
  for at = 4, #ARGV, 2 do artefacts[#artefacts + 1] = ARGV[at] end
  fetch('I', artefacts)
  for at = 3, #ARGV, 2 do links.add_consumer(ARGV[2], ARGV[at], ARGV[at + 1]) end
  return 1
end)
