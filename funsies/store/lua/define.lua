-- Write graph nodes. Contents come first, so that what refers to them never stands without them.
-- What is there already is written again if it differs: the newest definition of a task may be
-- loadable where an older one was not, and the signature of an operation may be another's.
--
-- ARGV  1 time  2 number of contents  3 of tasks  4 of constants  5 of operations, then
--       (digest, bytes) of each content, (digest, Python version, packed) of each task,
--       (artefact, packed) of each constant, (digest, packed) of each operation
-- Returns  1

register('define', {}, function()
  local at = 6

  local function take(number, width, write)
    for _ = 1, tonumber(number) do
      write(ARGV[at], ARGV[at + 1], ARGV[at + 2])
      at = at + width
    end
  end

  take(ARGV[2], 2, function(digest, data)
    if call('HGET', P .. 'c', digest) ~= data then call('HSET', P .. 'c', digest, data) end
  end)

  take(ARGV[3], 3, function(digest, python, packed)
    call('HSET', P .. 't' .. digest, python, packed)
  end)

  take(ARGV[4], 2, function(artefact, packed)
    if call('HGET', P .. 'I', artefact) ~= packed then call('HSET', P .. 'I', artefact, packed) end
  end)

  local index = {}
  take(ARGV[5], 2, function(id, raw)
    local known = call('HGET', P .. 'D', id)
    if known == raw then return end
    call('HSET', P .. 'D', id, raw)
    link(parse(id, raw), index)
  end)
  call_many('HSET', P .. 'I', index)
  return 1
end)
