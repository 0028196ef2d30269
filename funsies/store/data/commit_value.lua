-- Give an uploaded value its name, if the upload is whole.
-- KEYS: 1 the upload: a hash, chunk number -> bytes
--       2 the value, by its digest
-- ARGV: 1 number of chunks
--       2 number of bytes
-- Returns 1 if the value is in place, 0 if the upload has expired, wholly or in part.
-- A value that is there already is replaced by the same bytes: that repairs a damaged one,
-- and readers in the middle of it do not notice.
if redis.call('HLEN', KEYS[1]) ~= tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[1], 'chunks', ARGV[1], 'size', ARGV[2])
redis.call('PERSIST', KEYS[1])
redis.call('UNLINK', KEYS[2])
redis.call('RENAME', KEYS[1], KEYS[2])
return 1
