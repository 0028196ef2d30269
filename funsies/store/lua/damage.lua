-- Setting aside what is damaged.

-- Set something aside that is damaged, or forget it, if it is still what was looked at.
--
-- ARGV  1 time  2 what it is  3 key, without the prefix  4 field  5 what was there, then
--       row: nothing; a damaged definition takes its state along; bytes and what is remembered of
--         what was run are forgotten
--       entry: nothing; that of a constant whose bytes are not there
--       state: nothing
--       undefined: the same, of an operation that has no definition
--       record: nothing; what was there is the whole state, of which the record of its run is forgotten
--       result: 6 "foreign", or empty: then its bytes are not there
--         7 its index; what was there is the whole state
--       links: nothing; what was there is the definition
--       key: nothing; it is of another type than it should be
-- Returns  1 if it was, 0 if it is another one by now

register('mend', { 'allow-oom' }, function()
  local key, field, seen = ARGV[3], ARGV[4], ARGV[5]
  local FORGOTTEN = { c = true, T = true }
  local MEND = {}

  function MEND.row()
    if row_of(key, field) ~= seen then return 0 end
    if key == 'D' then
      set_aside(load(field))
      return 1
    end
    if not FORGOTTEN[key] and key:sub(1, 2) ~= 'n:' then keep_aside(key, field, seen) end
    put(key, field, false)
    return 1
  end

  function MEND.entry()
    if row_of(key, field) ~= seen then return 0 end
    local result = seen:sub(2, PACKED + 1)
    if not is_large(result) and has_bytes(result) then return 0 end
    put(key, field, false)
    return 1
  end

  function MEND.state()
    if row_of(key, field) ~= seen then return 0 end
    keep_aside(key, field, seen)
    forget_state(load(field))
    return 1
  end

  function MEND.undefined()
    if has_row('D', field) then return 0 end
    return MEND.state()
  end

  function MEND.record()
    if row_of(key, field) ~= seen then return 0 end
    local o = load(field)
    o.record = false
    dirty(o)
    return 1
  end

  function MEND.result()
    local o = load(field)
    local result = is_finished(o.s) and result_of(o, tonumber(ARGV[7]))
    if not result or row_of(key, field) ~= seen then return 0 end
    local is_foreign = ARGV[6] == 'foreign'
    if not is_foreign and not is_large(result) and has_bytes(result) then return 0 end
    forget_trace(o)
    clear(o, definition(o.id))
    return 1
  end

  function MEND.links()
    local raw = row_of(key, field)
    if raw ~= seen or not is_whole(raw) then return 0 end
    links.write(parse(field, raw))
    return 1
  end

  function MEND.key()
    return set_key_aside(key)
  end

  local number = MEND[ARGV[2]]()
  work_cascades(CASCADE_BUDGET)
  return number
end)

-- Set keys aside that hold another type than they should: no script could go on with them.
--
-- ARGV  1 time  2... names that a call has sent: operations, slots, queues
-- Returns  the number of keys that were set aside

register('mend_types', { 'allow-oom' }, function()
  local number = 0
  for name in pairs(KEY_TYPES.fixed) do number = number + set_key_aside(name) end
  for at = 2, #ARGV do
    for kind in pairs(KEY_TYPES.of_digest) do number = number + set_key_aside(kind .. ARGV[at]) end
    for kind in pairs(KEY_TYPES.of_name) do number = number + set_key_aside(kind .. ARGV[at]) end
  end
  return number
end)

-- Set an operation aside whose definition cannot be read, or is damaged.
--
-- ARGV  1 time  2 operation
-- Returns  1

register('set_aside', { 'allow-oom' }, function()
  set_aside(load(ARGV[2]))
  work_cascades(CASCADE_BUDGET)
  return 1
end)

-- Forget what was set aside and is there again: somebody has written it anew. Or all of it.
--
-- ARGV  1 time  2 "all", or "again"  3... names of what was set aside
-- Returns  the number of those that were forgotten

register('tidy', { 'allow-oom' }, function()
  local function is_there_again(name)
    local kind = name:sub(1, 1)
    if name:sub(1, 3) == 'key' then return call('EXISTS', P .. name:sub(4)) == 1 end
    if kind == 't' then return call('HEXISTS', P .. name:sub(1, 33), name:sub(34)) == 1 end
    return call('HEXISTS', P .. kind, name:sub(2)) == 1
  end

  local number = 0
  for at = 3, #ARGV do
    local name = ARGV[at]
    if ARGV[2] == 'all' or is_there_again(name) then
      call('HDEL', P .. '!', name)
      if name:sub(1, 3) == 'key' then call('UNLINK', P .. '!' .. name:sub(4)) end
      number = number + 1
    end
  end
  return number
end)
