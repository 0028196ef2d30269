-- Add a chunk to an upload, which expires unless more of it comes in time.
-- One act: of a writer that dies in the middle nothing is left that would stay for ever.
-- KEYS: 1 the upload: a hash, chunk number -> bytes
-- ARGV: 1 number of the chunk
--       2 its bytes
--       3 milliseconds until it expires
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
