-- Read the clock of leases and delays, and set right by how much the server's clock was set.
--
-- ARGV  1 time  2 what to add from now on to the server's clock; empty to add what is added now
--       3 what was added when that was decided: compare and set, so that one of many sets it
-- Returns  { time, what is added, time of the last sweep }, in milliseconds

register('clock', { 'allow-oom' }, function()
  local wanted = tonumber(ARGV[2])
  if wanted and added == tonumber(ARGV[3]) then
    call('SET', P .. 'K', wanted)
    unset, added = wall + wanted, wanted
  end
  return { unset, added, swept or unset }
end)
