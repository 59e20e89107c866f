-- For the scripts that bring a queue to its end. Where the server's memory is full, it refuses the first
-- command that may need more; a script that has written before goes on. These go on: what is in the
-- queue is worked off, delivered and freed, while enqueue.lua waits. `Memory.is_full` tells booking.lua to
-- give up stored results first. The probe writes nothing, and neither does the write after it.
local probe = redis.pcall('SETRANGE', base .. 'probe', 0, '')
Memory.is_full = type(probe) == 'table' and probe.err and string.find(probe.err, 'OOM', 1, true)
if Memory.is_full then redis.call('HDEL', meta, '') end
