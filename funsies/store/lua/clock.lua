-- Read the clock of leases and delays, and set right by how much the server's clock was set.
--
-- ARGV  1 time  2 what to add from now on to the server's clock; empty to add what is added now
--       3 what was added when that was decided: compare and set, so that one of many sets it
-- Returns  { time, what is added, time of the last sweep }, in milliseconds

register('clock', { 'allow-oom' }, function()
  -- What has begun since the clock was set forward has done so now at the latest.
  local function begin_no_later_than_now()
    for _, slot in ipairs(ask('ZRANGE', 'L', 0, -1)) do
      local lease = lease_of(slot)
      if lease and (tonumber(lease.started) or 0) > told then
        call('HSET', P .. 's:' .. slot, 'b', told)
      end
    end
  end

  local wanted = tonumber(ARGV[2])
  if wanted and added == tonumber(ARGV[3]) then
    call('SET', P .. 'K', wanted)
    unset, added = wall + wanted, wanted
    told = math.max(unset, swept or unset)
    begin_no_later_than_now()
  end
  return { unset, added, swept or unset }
end)
