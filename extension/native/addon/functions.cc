// The package's binding (tfjs_backend.cc, tfjs_binding.cc), unchanged, with four functions of ours beside its own:
//
//   operations()              the serialized OpList of all that TensorFlow can do
//   addFunction(Uint8Array)   makes a serialized FunctionDef callable by its name through the binding's executeOp
//   removeFunction(string)    forgets it, with all that was compiled for it
//   giveMemoryBack()          hands free blocks back to the system, where the C library does not do so by itself
//   kernels                   what the operations of operations.cc were compiled for, where TensorFlow took them
//   kernelsVersion            which operations these are
//
// so that a recorded training step is one call. The context of the binding, which is private to it, is caught where it is made:
// the package's sources are compiled with -DTFE_NewContext=rlhf_new_context.
#undef TFE_NewContext
#include <node_api.h>

#include <cstring>
#include <exception>
#include <string>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"

namespace rlhf {
std::string registerOperations();
const char *kernelsName();
}  // namespace rlhf

// Whether TensorFlow took our operations: once in a process, before it makes its first context.
static bool hasOperations() {
  static const bool has = rlhf::registerOperations().empty();
  return has;
}

// One for each JavaScript environment, which is one thread.
static thread_local TFE_Context *context = nullptr;

extern "C" TFE_Context *rlhf_new_context(const TFE_ContextOptions *options, TF_Status *status) {
  hasOperations();
  context = TFE_NewContext(options, status);
  return context;
}

// The binding registers its initializer by NAPI_MODULE; ours calls it instead.
#undef NAPI_MODULE
#define NAPI_MODULE(name, initialize) \
  napi_value initializeBinding(napi_env env, napi_value exports) { return initialize(env, exports); }
#include "tfjs_binding.cc"

static napi_value report(napi_env env, TF_Status *status) {
  if (TF_GetCode(status) != TF_OK) napi_throw_error(env, nullptr, TF_Message(status));
  TF_DeleteStatus(status);
  return nullptr;
}

static napi_value operations(napi_env env, napi_callback_info) {
  TF_Buffer *list = TF_GetAllOpList();
  void *data = nullptr;
  napi_value buffer, bytes = nullptr;
  if (napi_create_arraybuffer(env, list->length, &data, &buffer) == napi_ok) {
    std::memcpy(data, list->data, list->length);
    napi_create_typedarray(env, napi_uint8_array, list->length, buffer, 0, &bytes);
  }
  TF_DeleteBuffer(list);
  return bytes;
}

static napi_value addFunction(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_typedarray_type type;
  size_t length = 0;
  void *data = nullptr;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok || count < 1 ||
      napi_get_typedarray_info(env, argument, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    napi_throw_type_error(env, nullptr, "addFunction takes the bytes of a FunctionDef as a Uint8Array");
    return nullptr;
  }
  TF_Status *status = TF_NewStatus();
  TFE_ContextAddFunctionDef(context, static_cast<const char *>(data), length, status);
  return report(env, status);
}

static napi_value removeFunction(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  size_t length = 0;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok || count < 1 ||
      napi_get_value_string_utf8(env, argument, nullptr, 0, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "removeFunction takes a function's name");
    return nullptr;
  }
  std::string name(length + 1, '\0');
  napi_get_value_string_utf8(env, argument, &name[0], length + 1, &length);
  TF_Status *status = TF_NewStatus();
  TFE_ContextRemoveFunction(context, name.c_str(), status);
  return report(env, status);
}

static napi_value giveMemoryBack(napi_env, napi_callback_info) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return nullptr;
}

// An exception that leaves an addon ends the process: where the C library gives no memory, std::bad_alloc becomes an error of JavaScript.
// This is not done around the binding's executeOp: an exception caught there left a process that neither computed nor ended (tried, with
// TensorFlow 2.21), and a process that ends is told about and resumed, while one that waits looks as if it computed.
template <napi_callback function>
static napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return function(env, info);
  } catch (const std::exception &error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

// Raised whenever operations.cc gets another operation or one of them changes: engine/tensorflow/kernelOps.ts uses those of one version.
constexpr int kKernelsVersion = 2;

NAPI_MODULE_INIT() {
  const napi_value binding = tfnodejs::initializeBinding(env, exports);
  if (binding == nullptr) return nullptr;
  const napi_property_descriptor ours[] = {
      {"operations", nullptr, guarded<operations>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"addFunction", nullptr, guarded<addFunction>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"removeFunction", nullptr, guarded<removeFunction>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"giveMemoryBack", nullptr, guarded<giveMemoryBack>, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, binding, 4, ours);
  napi_value name, version;
  if (hasOperations() && napi_create_string_utf8(env, rlhf::kernelsName(), NAPI_AUTO_LENGTH, &name) == napi_ok &&
      napi_create_int32(env, kKernelsVersion, &version) == napi_ok) {
    napi_set_named_property(env, binding, "kernels", name);
    napi_set_named_property(env, binding, "kernelsVersion", version);
  }
  return binding;
}
