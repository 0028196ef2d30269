-- Writing the graph.

-- Write graph nodes. Contents come first, so that what refers to them never stands without them.
-- What is there already is written again if it differs: the newest definition of a task may be
-- loadable where an older one was not, and the signature of an operation may be another's.
--
-- ARGV  1 time  2 number of contents  3 of tasks  4 of constants  5 of operations
--       then (digest, bytes) of each content, (digest, Python version, packed) of each task,
--       (artefact, packed) of each constant, (digest, packed) of each operation; who makes the inputs
--       of one with many is told of it before (link)
-- Returns  1

register('define', {}, function()
  local at = 6

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
  links.fetch(written)
  for _, d in ipairs(written) do links.write(d) end
  return 1
end)
