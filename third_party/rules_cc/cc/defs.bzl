"""The names of rules_cc that Bazel's own files load, bound to native rules."""

cc_library = native.cc_library
cc_binary = native.cc_binary
cc_test = native.cc_test
cc_import = native.cc_import
cc_proto_library = native.cc_proto_library
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
cc_flags_supplier = native.cc_flags_supplier if hasattr(native, "cc_flags_supplier") else None
