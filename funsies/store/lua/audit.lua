-- See what is wrong with a page of keys, steps or contents.
--
-- ARGV  1 time  2 what to see  3... names of keys, operations or contents
-- Returns  mistyped: those of the keys that hold another type than they should
--          lacking: those of the contents that are not there
--          unlinked: those of the operations that are not known as what makes their outputs, or
--            needs their inputs
--          untasked: those of the operations whose tasks are not there
--          undefined: those of the operations that have a status, and no definition
--          damaged: those of the operations whose states do not say what their statuses need
--          tally: what counters should be by these operations: counter, number, ...

register('audit', { 'no-writes' }, function()
  local function is_linked(id)
    local d = definition(id)
    return d.is_damaged or links.are_whole(d)
  end

  local function fetch_links()
    local list = {}
    fetch('D', { unpack(ARGV, 3) })
    for at = 3, #ARGV do list[#list + 1] = definition(ARGV[at]) end
    links.fetch(list)
  end

  local function has_task(id)
    local d = definition(id)
    return d.is_damaged or call('EXISTS', P .. 't' .. d.raw:sub(1, 32)) == 1
  end

  local function is_in_order(id)
    local o, d = load(id), definition(id)
    if o.is_damaged then return false end
    if d.is_damaged or not is_finished(o.s) then return true end
    for _, result in ipairs(results_of(o, d)) do
      if not result then return false end
    end
    return true
  end

  local WRONG = {
    mistyped = wrong_type,
    lacking = function(content) return not has_row('c', content) end,
    unlinked = function(id) return not is_linked(id) end,
    untasked = function(id) return not has_task(id) end,
    undefined = function(id) return load(id).s and not has_row('D', id) end,
    damaged = function(id) return not is_in_order(id) end,
  }

  local function tally()
    local numbers, list = {}, {}
    for at = 3, #ARGV do
      local status, _, volatile = look_at(ARGV[at], 0)
      local d = definition(ARGV[at])
      if status and d.name then
        numbers[status .. d.name] = (numbers[status .. d.name] or 0) + 1
        if volatile and is_finished(status) then
          numbers[VOLATILE .. d.name] = (numbers[VOLATILE .. d.name] or 0) + 1
        end
      end
    end
    for counter, number in pairs(numbers) do append(list, counter, tostring(number)) end
    return list
  end

  if ARGV[2] == 'tally' then return tally() end
  if ARGV[2] == 'unlinked' then fetch_links() end
  local list = {}
  for at = 3, #ARGV do
    if WRONG[ARGV[2]](ARGV[at]) then list[#list + 1] = ARGV[at] end
  end
  return list
end)
