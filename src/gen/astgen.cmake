# astgen: the AST's structs, constructors and tables, from src/compiler/ast.def.
add_executable(astgen src/gen/astgen.c)
set_target_properties(astgen PROPERTIES COMPILE_OPTIONS "-O1")
add_custom_command(
  OUTPUT ${GENERATED}/ast_nodes.h ${GENERATED}/ast_nodes.c
  COMMAND astgen ${CMAKE_SOURCE_DIR}/src/compiler/ast.def ${GENERATED}/ast_nodes.h ${GENERATED}/ast_nodes.c
  DEPENDS astgen ${CMAKE_SOURCE_DIR}/src/compiler/ast.def)
list(APPEND GENERATED_SOURCES ${GENERATED}/ast_nodes.h ${GENERATED}/ast_nodes.c)
