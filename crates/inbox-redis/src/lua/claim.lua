-- KEYS[1] the claim. ARGV: digest, token, lease in ms. Value: w or d, digest of 32 hexadecimal digits, token.
local value = redis.call('GET', KEYS[1])
if not value then
    redis.call('SET', KEYS[1], 'w' .. ARGV[1] .. ARGV[2], 'PX', ARGV[3])
    return 'new'
end
if #value ~= 65 or not string.find(value, '^[wd]') then
    return 'unknown'
end
if string.sub(value, 2, 33) ~= ARGV[1] then
    return 'conflict'
end
if string.sub(value, 1, 1) == 'd' then
    return 'done'
end
if string.sub(value, 34) == ARGV[2] then
    return 'new'
end
return 'busy'
