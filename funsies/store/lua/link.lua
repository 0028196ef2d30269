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
