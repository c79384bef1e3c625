module capsule

go 1.19
