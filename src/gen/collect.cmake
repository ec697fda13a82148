# collect: ID(x), NATIVE_MODULE(x) and static types, gathered from all sources.
add_executable(collect src/gen/collect.c)
set_target_properties(collect PROPERTIES COMPILE_OPTIONS "-O1")
list(JOIN SOURCES "\n" collect_inputs)
file(WRITE ${GENERATED}/collect.list.new "${collect_inputs}\n")
file(COPY_FILE ${GENERATED}/collect.list.new ${GENERATED}/collect.list ONLY_IF_DIFFERENT)
add_custom_command(
  OUTPUT ${GENERATED}/collected.c
  COMMAND collect ${GENERATED}/collect.list ${GENERATED}/collected.c
  DEPENDS collect ${GENERATED}/collect.list ${SOURCES})
list(APPEND GENERATED_SOURCES ${GENERATED}/collected.c)
