-- See which producers of inputs have to be asked for first.
--
-- ARGV  1 time  2 generation  3... producer of an input, index of its output
-- Returns  those of the producers

register('needs', { 'no-writes' }, function()
  return read_named_inputs(3, tonumber(ARGV[2])).needs
end)
